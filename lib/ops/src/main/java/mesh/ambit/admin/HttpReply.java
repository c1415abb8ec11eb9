package mesh.ambit.admin;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a route answers.
 *
 * @param status HTTP status
 * @param contentType media type; null leaves the header out
 * @param content may be empty; not to be changed
 * @param varies whether it is compressed for clients who take that, and told to depend on it
 */
@SuppressWarnings("ArrayRecordComponent") // Of bytes that nobody changes.
public record HttpReply(int status, @Nullable String contentType, byte[] content, boolean varies) {
    /** Media type of plain text. */
    public static final String TEXT = "text/plain";

    /** Media type of JSON. */
    public static final String JSON = "application/json";

    /** Checks the content. */
    public HttpReply {
        requireNonNull(content, "content");
    }

    /** Creates one of text, sent as UTF-8. */
    public HttpReply(int status, @Nullable String contentType, String body) {
        this(status, contentType, body.getBytes(StandardCharsets.UTF_8));
    }

    /** Creates one of bytes. */
    public HttpReply(int status, @Nullable String contentType, byte[] content) {
        this(status, contentType, content, false);
    }

    /** Returns this reply, compressed for clients who take that. */
    public HttpReply varying() {
        return new HttpReply(status, contentType, content, true);
    }

    /** Returns the content as text. */
    public String body() {
        return new String(content, StandardCharsets.UTF_8);
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
