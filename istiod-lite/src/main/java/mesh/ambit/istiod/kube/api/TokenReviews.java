package mesh.ambit.istiod.kube.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Asks the API server whose token one is. Nothing is remembered, so a token that was revoked is refused at once. */
public final class TokenReviews {
    /** Ten thousand callers at once must not take the connection from those who follow the cluster. */
    private static final int AT_ONCE = 32;

    /** Whoever waits longer has given up, or asks again; those who come later must not wait for him. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final ApiResource REVIEWS = ApiResource.of("authentication.k8s.io", "v1", "tokenreviews");

    private final ApiServer server;
    private final Semaphore turns = new Semaphore(AT_ONCE, true);

    /** Creates one that asks {@code server}. */
    public TokenReviews(ApiServer server) {
        this.server = server;
    }

    /**
     * What the API server says of a token.
     *
     * @param username empty if the token proves nothing
     * @param audiences of those asked for, which the token is meant for
     * @param extra further facts, such as the pod that the token is bound to
     * @param error why the token proves nothing, if the server says
     */
    public record Review(
            boolean authenticated,
            String username,
            Set<String> groups,
            List<String> audiences,
            Map<String, List<String>> extra,
            String error) {
        public Review {
            groups = Set.copyOf(groups);
            audiences = List.copyOf(audiences);
            extra = Map.copyOf(extra);
        }
    }

    /**
     * Returns what the API server says of {@code token} for any of {@code audiences}.
     *
     * @throws IOException if it cannot be asked; the message does not contain the token
     */
    public Review review(String token, List<String> audiences) throws IOException {
        ObjectNode body = ApiServer.JSON.createObjectNode();
        body.put("apiVersion", "authentication.k8s.io/v1").put("kind", "TokenReview");
        ObjectNode spec = body.putObject("spec").put("token", token);
        ArrayNode wanted = spec.putArray("audiences");
        audiences.forEach(wanted::add);
        if (!hasTurn()) {
            throw new IOException(AT_ONCE + " other tokens are being reviewed, and none was done within "
                    + PATIENCE.toSeconds() + " s");
        }
        JsonNode status;
        try {
            status = server.create(REVIEWS.path("v1"), body).path("status");
        } finally {
            turns.release();
        }
        JsonNode user = status.path("user");
        Map<String, List<String>> extra = new HashMap<>();
        user.path("extra").properties().forEach(entry -> extra.put(entry.getKey(), texts(entry.getValue())));
        return new Review(
                status.path("authenticated").asBoolean(false),
                user.path("username").asText(""),
                Set.copyOf(texts(user.path("groups"))),
                texts(status.path("audiences")),
                extra,
                status.path("error").asText(""));
    }

    private boolean hasTurn() throws InterruptedIOException {
        try {
            return turns.tryAcquire(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(item -> texts.add(item.asText("")));
        return texts;
    }
}
