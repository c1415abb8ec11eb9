package mesh.ambit.admin;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a route is asked.
 *
 * @param method in upper case
 * @param path decoded, without parameters
 * @param parameters of the query, decoded
 * @param accept value of the Accept header, empty without one
 * @param authorization value of the Authorization header, empty without one; never to be logged
 * @param fromLoopback whether who asks is on this machine, in this network namespace
 */
public record HttpQuery(
        String method,
        String path,
        Map<String, List<String>> parameters,
        String accept,
        String authorization,
        boolean fromLoopback) {
    /** Returns the first value of the parameter {@code name}, or null. */
    public @Nullable String parameter(String name) {
        List<String> values = parameters.get(name);
        return values == null || values.isEmpty() ? null : values.getFirst();
    }
}
