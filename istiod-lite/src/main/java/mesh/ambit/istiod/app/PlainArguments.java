package mesh.ambit.istiod.app;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the command line of a controller that a program starts: options with their values and nothing else. What reads
 * those of people, with help, suggestions and all, takes 0.7 s of a start.
 */
final class PlainArguments {
    private static final Map<String, BiConsumer<IstiodLiteOptions, String>> ONCE = Map.ofEntries(
            Map.entry("--folder", (options, value) -> options.folder = Path.of(value)),
            Map.entry("--kubeconfig", (options, value) -> options.kubeconfig = Path.of(value)),
            Map.entry("--state", (options, value) -> options.state = Path.of(value)),
            Map.entry("--secureGRPCAddr", (options, value) -> options.secureGrpcAddr = value),
            Map.entry("--httpAddr", (options, value) -> options.httpAddr = value),
            Map.entry("--httpsAddr", (options, value) -> options.httpsAddr = value),
            Map.entry("--monitoringAddr", (options, value) -> options.monitoringAddr = value),
            Map.entry("--domain", (options, value) -> options.domain = value),
            Map.entry("--log_output_level", (options, value) -> options.logOutputLevel = value),
            Map.entry("--plaintext-address", (options, value) -> options.discovery.plaintextAddr = value),
            Map.entry("--keepaliveInterval", (options, value) -> options.discovery.keepaliveInterval = value),
            Map.entry("--keepaliveTimeout", (options, value) -> options.discovery.keepaliveTimeout = value),
            Map.entry(
                    "--keepaliveMaxServerConnectionAge",
                    (options, value) -> options.discovery.keepaliveMaxServerConnectionAge = value));

    private static final Map<String, BiConsumer<IstiodLiteOptions, String>> REPEATABLE = Map.of(
            "--address", (options, value) -> options.addresses.add(value),
            "--node", (options, value) -> options.nodes.add(value));

    private PlainArguments() {}

    /** Returns what {@code arguments} say, or null where they are not plain: then another has to read them. */
    static @Nullable IstiodLiteOptions read(List<String> arguments) {
        IstiodLiteOptions options = new IstiodLiteOptions();
        Set<String> seen = new HashSet<>();
        for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
            String argument = rest.next();
            if (argument.equals("--log_as_json") && seen.add(argument)) {
                options.logAsJson = true;
                continue;
            }
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            BiConsumer<IstiodLiteOptions, String> setter = seen.add(name) ? ONCE.get(name) : null;
            if (setter == null) {
                setter = REPEATABLE.get(name);
            }
            String value = equals >= 0 ? argument.substring(equals + 1) : rest.hasNext() ? rest.next() : "";
            if (setter == null || !isPlain(value)) {
                return null;
            }
            setter.accept(options, value);
        }
        return options;
    }

    private static boolean isPlain(String value) {
        return !value.isEmpty()
                && value.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '"' && c != '\'')
                && value.charAt(0) != '-'
                && value.charAt(0) != '@';
    }
}
