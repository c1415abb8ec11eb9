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
 * @param accept values of the Accept headers, with commas between them; empty without one
 * @param authorization value of the Authorization header, empty without one; never to be logged
 * @param fromLoopback whether who asks is on this machine, in this network namespace
 * @param body what was sent, as UTF-8 text; empty for most
 */
public record HttpQuery(
        String method,
        String path,
        Map<String, List<String>> parameters,
        String accept,
        String authorization,
        boolean fromLoopback,
        String body) {
    /** Creates a query without a body. */
    public HttpQuery(
            String method,
            String path,
            Map<String, List<String>> parameters,
            String accept,
            String authorization,
            boolean fromLoopback) {
        this(method, path, parameters, accept, authorization, fromLoopback, "");
    }

    /** Returns the last value of the parameter {@code name}, or null. */
    public @Nullable String lastParameter(String name) {
        List<String> values = parameters.get(name);
        return values == null || values.isEmpty() ? null : values.getLast();
    }

    /** Returns the first value of the parameter {@code name}, or null. */
    public @Nullable String parameter(String name) {
        List<String> values = parameters.get(name);
        return values == null || values.isEmpty() ? null : values.getFirst();
    }
}
