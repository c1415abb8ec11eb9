package mesh.ambit.istiod.issuer;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Mints the tokens with which node proxies of the embedded mesh call. Thread-safe.
 *
 * <p>A token says what a projected service account token of Kubernetes says, under the same claims: audience, service
 * account, pod and node.
 */
public final class TokenIssuer {
    /** Who issues: the controller itself. */
    public static final String ISSUER = "https://istiod.istio-system.svc";

    /** How long a token is valid; it is renewed at half of that. */
    public static final Duration LIFETIME = Duration.ofHours(1);

    static final String KEY_FILE = "issuer-key.pem";

    /** The claim in which Kubernetes tells namespace, service account, pod and node. */
    static final String KUBERNETES_CLAIM = "kubernetes.io";

    private final ECKey key;

    private TokenIssuer(ECKey key) {
        this.key = key;
    }

    /**
     * Returns the issuer whose key is in {@code directory}, so that tokens survive a restart; makes a key where there
     * is none.
     *
     * @throws IssuerException if the key cannot be read or written; nothing is overwritten
     */
    public static TokenIssuer loadOrCreate(Path directory) {
        Path file = directory.resolve(KEY_FILE);
        KeyPair pair;
        if (Files.exists(file)) {
            pair = Pem.parseKeyPair(PrivateFiles.read(file), file.toString());
        } else {
            pair = Pem.newKeyPair();
            PrivateFiles.writeSecret(file, Pem.of(pair.getPrivate()));
        }
        ECKey.Builder builder =
                new ECKey.Builder(Curve.P_256, (ECPublicKey) pair.getPublic()).privateKey(pair.getPrivate());
        try {
            return new TokenIssuer(builder.keyIDFromThumbprint().build());
        } catch (JOSEException e) {
            throw new IllegalStateException("no thumbprint of a P-256 key", e);
        }
    }

    /** Returns the public half, with which tokens are verified. */
    ECKey verificationKey() {
        return key.toPublicJWK();
    }

    /** What a token says of its holder: the proxy of {@code node}, running as that service account. */
    record Holder(String namespace, String serviceAccount, String podName, String node) {
        /** Returns an id that is the same after every restart, as the proxy has no object that would carry one. */
        String podUid() {
            String text = "pod/" + namespace + "/" + podName;
            return UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8)).toString();
        }
    }

    /** Returns a token for {@code holder}, good for {@code audience} until {@link #LIFETIME} from {@code now}. */
    String mint(Holder holder, String audience, Instant now) {
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .audience(List.of(audience))
                .subject("system:serviceaccount:" + holder.namespace() + ":" + holder.serviceAccount())
                .issueTime(Date.from(now))
                .notBeforeTime(Date.from(now))
                .expirationTime(Date.from(now.plus(LIFETIME)))
                .claim(
                        KUBERNETES_CLAIM,
                        Map.of(
                                "namespace",
                                holder.namespace(),
                                "serviceaccount",
                                Map.of("name", holder.serviceAccount()),
                                "pod",
                                Map.of("name", holder.podName(), "uid", holder.podUid()),
                                "node",
                                Map.of("name", holder.node())))
                .build();
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(JOSEObjectType.JWT)
                .keyID(key.getKeyID())
                .build();
        SignedJWT token = new SignedJWT(header, claims);
        try {
            token.sign(new ECDSASigner(key));
        } catch (JOSEException e) {
            throw new IllegalStateException("signing a token failed", e);
        }
        return token.serialize();
    }
}
