package mesh.ambit.kube;

import java.util.List;
import java.util.Locale;

/** Where an API server keeps the objects of a kind. */
public final class ApiNames {
    private ApiNames() {}

    /** Returns the API group; empty for the core group. */
    public static String group(Kind kind) {
        return ObjectReader.group(kind);
    }

    /** Returns the versions that can be read, the stable ones first, older ones last. */
    public static List<String> versions(Kind kind) {
        return ObjectReader.versions(kind).stream()
                .sorted(ApiNames::stableFirst)
                .toList();
    }

    /** Returns the plural that paths use, for example {@code endpointslices}. */
    public static String plural(Kind kind) {
        String name = kind.text().toLowerCase(Locale.ROOT);
        if (name.endsWith("s")) {
            return name + "es";
        }
        boolean consonant = name.endsWith("y") && "aeiou".indexOf(name.charAt(name.length() - 2)) < 0;
        return consonant ? name.substring(0, name.length() - 1) + "ies" : name + "s";
    }

    /** {@code v1} comes before {@code v1beta1}, which comes before {@code v1alpha2}. */
    private static int stableFirst(String a, String b) {
        int byStage = Integer.compare(stage(a), stage(b));
        return byStage != 0 ? byStage : b.compareTo(a);
    }

    private static int stage(String version) {
        if (version.contains("alpha")) {
            return 2;
        }
        return version.contains("beta") ? 1 : 0;
    }
}
