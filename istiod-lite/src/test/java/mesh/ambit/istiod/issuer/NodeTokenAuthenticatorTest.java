package mesh.ambit.istiod.issuer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.istiod.issuer.Authentication.Accepted;
import mesh.ambit.istiod.issuer.Authentication.Refused;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeTokenAuthenticatorTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final TokenIssuer.Holder HOLDER =
            new TokenIssuer.Holder("istio-system", "ztunnel", "ztunnel-node-a", "node-a");

    @TempDir
    Path directory;

    private TokenIssuer issuer;

    @BeforeEach
    void makeIssuer() {
        issuer = TokenIssuer.loadOrCreate(directory);
    }

    @Test
    void tokenTellsAccountPodAndNode() {
        String token = issuer.mint(HOLDER, "istio-ca", NOW);

        assertThat(at(NOW).authenticate(token))
                .isEqualTo(new Accepted(new CallerIdentity(
                        new SpiffeId("cluster.local", "istio-system", "ztunnel"),
                        new BoundPod("ztunnel-node-a", HOLDER.podUid(), "node-a"))));
    }

    @Test
    void tokenSurvivesARestartOfTheIssuer() {
        String token = issuer.mint(HOLDER, "istio-ca", NOW);

        issuer = TokenIssuer.loadOrCreate(directory);

        assertThat(at(NOW).authenticate(token)).isInstanceOf(Accepted.class);
    }

    @Test
    void expiredTokenIsRefusedOnceTheSkewIsOver() {
        String token = issuer.mint(HOLDER, "istio-ca", NOW);
        Instant expiry = NOW.plus(TokenIssuer.LIFETIME);

        assertThat(at(expiry.plusSeconds(9)).authenticate(token)).isInstanceOf(Accepted.class);
        assertThat(reason(at(expiry.plusSeconds(10)).authenticate(token))).startsWith("token expired at");
    }

    @Test
    void tokenOfTheFutureIsRefused() {
        String token = issuer.mint(HOLDER, "istio-ca", NOW);

        assertThat(reason(at(NOW.minus(Duration.ofMinutes(1))).authenticate(token)))
                .startsWith("token is valid only from");
    }

    @Test
    void tokenForAnotherAudienceIsRefused() {
        String token = issuer.mint(HOLDER, "kubernetes", NOW);

        assertThat(reason(at(NOW).authenticate(token))).startsWith("token for audience [kubernetes]");
    }

    @Test
    void tokenOfAnotherKeyIsRefused() {
        String token = TokenIssuer.loadOrCreate(directory.resolve("other")).mint(HOLDER, "istio-ca", NOW);

        assertThat(reason(at(NOW).authenticate(token))).isEqualTo("token is not signed by this controller");
    }

    @Test
    void unsignedTokenIsRefused() {
        // {"alg":"none"} and the claims of a good token.
        String claims = issuer.mint(HOLDER, "istio-ca", NOW).split("\\.", -1)[1];

        assertThat(at(NOW).authenticate("eyJhbGciOiJub25lIn0." + claims + ".")).isInstanceOf(Refused.class);
    }

    @Test
    void garbageIsRefusedWithoutBeingRepeated() {
        assertThat(reason(at(NOW).authenticate("secret.secret.secret"))).doesNotContain("secret");
        assertThat(reason(at(NOW).authenticate(""))).isEqualTo("token is not a signed JWT");
        assertThat(reason(at(NOW).authenticate("x".repeat(100_000)))).isEqualTo("token has 100000 characters");
    }

    private NodeTokenAuthenticator at(Instant time) {
        return new NodeTokenAuthenticator(issuer, Set.of("istio-ca"), () -> "cluster.local", () -> time);
    }

    private static String reason(Authentication authentication) {
        assertThat(authentication).isInstanceOf(Refused.class);
        return ((Refused) authentication).reason();
    }
}
