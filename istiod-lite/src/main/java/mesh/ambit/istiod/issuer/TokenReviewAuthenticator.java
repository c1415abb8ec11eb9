package mesh.ambit.istiod.issuer;

import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.istiod.issuer.Authentication.Accepted;
import mesh.ambit.istiod.issuer.Authentication.Refused;
import mesh.ambit.istiod.kube.api.TokenReviews.Review;

/**
 * Accepts tokens of service accounts that the API server vouches for. Asks for each call anew: a token that was revoked,
 * or whose pod is gone, proves nothing from that moment on.
 */
public final class TokenReviewAuthenticator implements Authenticator {
    private static final String SERVICE_ACCOUNTS = "system:serviceaccounts";
    private static final String USER_PREFIX = "system:serviceaccount:";
    private static final String POD_NAME = "authentication.kubernetes.io/pod-name";
    private static final String POD_UID = "authentication.kubernetes.io/pod-uid";

    /** Tokens of service accounts have about 1,200 characters; this bounds what a stranger makes the API server parse. */
    private static final int MAX_CHARACTERS = 16 * 1024;

    private final Reviewer reviewer;
    private final List<String> audiences;
    private final Supplier<String> trustDomain;

    /** Whoever can say what a token is worth. */
    @FunctionalInterface
    public interface Reviewer {
        /**
         * Returns what is known of {@code token} for any of {@code audiences}.
         *
         * @throws IOException if nothing can be known now
         */
        Review review(String token, List<String> audiences) throws IOException;
    }

    /** Creates one that accepts tokens for any of {@code audiences}. */
    public TokenReviewAuthenticator(Reviewer reviewer, List<String> audiences, Supplier<String> trustDomain) {
        this.reviewer = reviewer;
        this.audiences = List.copyOf(audiences);
        this.trustDomain = trustDomain;
    }

    @Override
    public Authentication authenticate(String token) {
        if (token.length() > MAX_CHARACTERS) {
            return new Refused("token has " + token.length() + " characters");
        }
        if (token.isEmpty()) {
            return new Refused("the token is empty");
        }
        try {
            return check(reviewer.review(token, audiences));
        } catch (IOException e) {
            return new Refused("the token could not be reviewed: " + e.getMessage());
        }
    }

    /** Decides by what the API server says. */
    Authentication check(Review review) {
        if (!review.authenticated()) {
            // Not the server's words: they may quote what was sent.
            return new Refused("the API server does not vouch for the token");
        }
        if (Collections.disjoint(review.audiences(), audiences)) {
            return new Refused("token for audience " + review.audiences() + " (expected: one of " + audiences + ")");
        }
        if (!review.groups().contains(SERVICE_ACCOUNTS) || !review.username().startsWith(USER_PREFIX)) {
            return new Refused("token of " + review.username() + ", which is no service account");
        }
        String[] account = review.username().substring(USER_PREFIX.length()).split(":", -1);
        if (account.length != 2 || account[0].isEmpty() || account[1].isEmpty()) {
            return new Refused("token of " + review.username() + " (expected: " + USER_PREFIX + "NAMESPACE:NAME)");
        }
        SpiffeId id = new SpiffeId(trustDomain.get(), account[0], account[1]);
        String pod = first(review, POD_NAME);
        String uid = first(review, POD_UID);
        // The node is looked up among the pods: what the token says of it is as old as the token.
        return new Accepted(
                new CallerIdentity(id, pod.isEmpty() || uid.isEmpty() ? null : new BoundPod(pod, uid, null)));
    }

    private static String first(Review review, String key) {
        List<String> values = review.extra().getOrDefault(key, List.of());
        return values.isEmpty() ? "" : values.getFirst();
    }
}
