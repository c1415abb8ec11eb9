package mesh.ambit.kube;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import mesh.ambit.kube.cel.CelRule;

/** What the rules of schemas ask for, in words. */
final class RuleTexts {
    private RuleTexts() {}

    /** Read when the first rule does not hold. */
    private static final class Known {
        private static final Map<String, String> BY_RULE = load();

        private static Map<String, String> load() {
            Map<String, String> texts = new HashMap<>();
            try (InputStream in = RuleTexts.class.getResourceAsStream("schema/rules.tsv")) {
                if (in == null) {
                    throw new IllegalStateException("schema/rules.tsv is missing");
                }
                new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(line -> {
                    int tab = line.indexOf('\t');
                    texts.put(line.substring(tab + 1), line.substring(0, tab));
                });
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return texts;
        }
    }

    /** Returns what somebody has to do who has broken {@code rule}. */
    static String of(CelRule rule) {
        return Known.BY_RULE.getOrDefault(rule.toString(), "a rule of its definition does not hold");
    }
}
