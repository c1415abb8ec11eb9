package mesh.ambit.istiod.issuer;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.istiod.issuer.Authentication.Accepted;
import mesh.ambit.istiod.issuer.Authentication.Refused;
import org.jspecify.annotations.Nullable;

/** Accepts the tokens of our own {@link TokenIssuer}: the embedded mesh's way to know its node proxies. */
public final class NodeTokenAuthenticator implements Authenticator {
    /** How far clocks may differ. Issuer and verifier are one program, so this only covers a step of the clock. */
    static final Duration SKEW = Duration.ofSeconds(10);

    /** Ours have about 700 characters; this bounds what a stranger makes us parse. */
    private static final int MAX_CHARACTERS = 16 * 1024;

    private final ECKey key;
    private final Set<String> audiences;
    private final Supplier<String> trustDomain;
    private final InstantSource clock;

    /** Creates one that accepts tokens of {@code issuer} for any of {@code audiences}. */
    public NodeTokenAuthenticator(
            TokenIssuer issuer, Set<String> audiences, Supplier<String> trustDomain, InstantSource clock) {
        this.key = issuer.verificationKey();
        this.audiences = Set.copyOf(audiences);
        this.trustDomain = trustDomain;
        this.clock = clock;
    }

    @Override
    public Authentication authenticate(String token) {
        if (token.length() > MAX_CHARACTERS) {
            return new Refused("token has " + token.length() + " characters");
        }
        JWTClaimsSet claims;
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            if (!JWSAlgorithm.ES256.equals(jwt.getHeader().getAlgorithm())) {
                return new Refused("token is not signed with ES256");
            }
            if (!jwt.verify(new ECDSAVerifier(key))) {
                return new Refused("token is not signed by this controller");
            }
            claims = jwt.getJWTClaimsSet();
        } catch (ParseException | JOSEException | RuntimeException e) {
            // Without the cause: a parser's message may quote the token.
            return new Refused("token is not a signed JWT");
        }
        return check(claims, clock.instant());
    }

    /** Decides by the claims of a token whose signature holds. */
    Authentication check(JWTClaimsSet claims, Instant now) {
        if (!TokenIssuer.ISSUER.equals(claims.getIssuer())) {
            return new Refused("token of another issuer");
        }
        if (Collections.disjoint(claims.getAudience(), audiences)) {
            return new Refused("token for audience " + claims.getAudience() + " (expected: one of " + audiences + ")");
        }
        Date expiry = claims.getExpirationTime();
        if (expiry == null || !now.isBefore(expiry.toInstant().plus(SKEW))) {
            return new Refused("token expired at " + (expiry == null ? "no stated time" : expiry.toInstant()));
        }
        Date start = claims.getNotBeforeTime();
        if (start != null && now.isBefore(start.toInstant().minus(SKEW))) {
            return new Refused("token is valid only from " + start.toInstant() + " on");
        }
        Object bound = claims.getClaim(TokenIssuer.KUBERNETES_CLAIM);
        String namespace = text(bound, "namespace");
        String serviceAccount = text(bound, "serviceaccount", "name");
        String podName = text(bound, "pod", "name");
        String podUid = text(bound, "pod", "uid");
        String node = text(bound, "node", "name");
        if (namespace == null || serviceAccount == null || podName == null || podUid == null || node == null) {
            return new Refused("token names no pod and node");
        }
        if (!("system:serviceaccount:" + namespace + ":" + serviceAccount).equals(claims.getSubject())) {
            return new Refused("token whose subject and service account differ");
        }
        return new Accepted(new CallerIdentity(
                new SpiffeId(trustDomain.get(), namespace, serviceAccount), new BoundPod(podName, podUid, node)));
    }

    /** Returns the text at {@code path} within nested objects; null if there is none, or an empty one. */
    private static @Nullable String text(@Nullable Object value, String... path) {
        Object at = value;
        for (String key : List.of(path)) {
            at = at instanceof Map<?, ?> map ? map.get(key) : null;
        }
        return at instanceof String text && !text.isEmpty() ? text : null;
    }
}
