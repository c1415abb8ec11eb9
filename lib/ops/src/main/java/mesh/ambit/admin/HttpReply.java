package mesh.ambit.admin;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * What a route answers.
 *
 * @param status HTTP status
 * @param contentType media type; null leaves the header out
 * @param body may be empty; sent as UTF-8
 */
public record HttpReply(int status, @Nullable String contentType, String body) {
    /** Media type of plain text. */
    public static final String TEXT = "text/plain";

    /** Media type of JSON. */
    public static final String JSON = "application/json";

    /** Checks the body. */
    public HttpReply {
        requireNonNull(body, "body");
    }

    /** Returns a reply that is a status and nothing else. */
    public static HttpReply empty(int status) {
        return new HttpReply(status, null, "");
    }

    /** Returns plain text. */
    public static HttpReply text(int status, String text) {
        return new HttpReply(status, TEXT, text);
    }

    /** Returns JSON text. */
    public static HttpReply json(String json) {
        return new HttpReply(200, JSON, json);
    }
}
