package mesh.ambit.ztunnel.app;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import mesh.ambit.config.AmbitVersion;

/** What this build is, under the keys of upstream's: in the dump and in the first line of the log. */
final class BuildInfo {
    private BuildInfo() {}

    /** Returns the keys in upstream's order; {@code istio} is the version that metrics show, perhaps empty. */
    static Map<String, Object> of(String istio) {
        Map<String, Object> info = new LinkedHashMap<>();
        info.put("version", AmbitVersion.version());
        info.put("gitRevision", AmbitVersion.revision());
        info.put("rustVersion", "");
        info.put("buildProfile", "release");
        info.put("buildStatus", "Clean");
        info.put("istioVersion", istio.isEmpty() ? "unknown" : istio);
        info.put("cryptoProvider", "boringssl");
        return info;
    }

    /** Returns the same on one line. */
    static String print(String istio) {
        return of(istio).entrySet().stream()
                .map(entry -> capital(entry.getKey()) + ":\"" + entry.getValue() + "\"")
                .collect(Collectors.joining(", ", "version.BuildInfo{", "}"));
    }

    private static String capital(String key) {
        return key.substring(0, 1).toUpperCase(Locale.ROOT) + key.substring(1);
    }
}
