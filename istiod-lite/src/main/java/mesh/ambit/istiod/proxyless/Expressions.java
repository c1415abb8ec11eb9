package mesh.ambit.istiod.proxyless;

import java.util.regex.Pattern;
import mesh.ambit.kube.Regexes;

/** Which regular expressions clients take. One that they do not take would cost them every route beside it. */
final class Expressions {
    /** Classes and ends that Java and other engines know and RE2, which needs no more time than the text is long, does not. */
    private static final Pattern FOREIGN = Pattern.compile("\\\\[GZXRNhHvV]");

    private Expressions() {}

    static boolean isKnown(String expression) {
        return Regexes.wrong(expression).isEmpty()
                && !FOREIGN.matcher(expression).find();
    }
}
