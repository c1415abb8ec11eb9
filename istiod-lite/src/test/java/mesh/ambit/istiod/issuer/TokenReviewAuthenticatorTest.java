package mesh.ambit.istiod.issuer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.istiod.issuer.Authentication.Accepted;
import mesh.ambit.istiod.issuer.Authentication.Refused;
import mesh.ambit.istiod.kube.api.TokenReviews.Review;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenReviewAuthenticatorTest {
    private static final String USER = "system:serviceaccount:istio-system:ztunnel";
    private static final Set<String> GROUPS =
            Set.of("system:serviceaccounts", "system:serviceaccounts:istio-system", "system:authenticated");
    private static final Map<String, List<String>> POD = Map.of(
            "authentication.kubernetes.io/pod-name", List.of("ztunnel-x"),
            "authentication.kubernetes.io/pod-uid", List.of("u-1"));

    @Test
    void tokenOfAPodIsItsAccountAndPod() {
        Authentication result = authenticate(new Review(true, USER, GROUPS, List.of("istio-ca"), POD, ""));

        assertThat(result).isInstanceOfSatisfying(Accepted.class, accepted -> {
            assertThat(accepted.caller().id()).isEqualTo(new SpiffeId("cluster.local", "istio-system", "ztunnel"));
            assertThat(accepted.caller().pod()).isNotNull().satisfies(pod -> {
                assertThat(pod.name()).isEqualTo("ztunnel-x");
                assertThat(pod.uid()).isEqualTo("u-1");
            });
        });
    }

    @Test
    void tokenThatIsBoundToNoPodHasNone() {
        Authentication result = authenticate(new Review(true, USER, GROUPS, List.of("istio-ca"), Map.of(), ""));

        assertThat(result)
                .isInstanceOfSatisfying(
                        Accepted.class,
                        accepted -> assertThat(accepted.caller().pod()).isNull());
    }

    @Test
    void serverThatDoesNotVouchIsBelieved() {
        Authentication result =
                authenticate(new Review(false, "", Set.of(), List.of(), Map.of(), "[bad secret-token]"));

        assertThat(result)
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.reason()).doesNotContain("secret-token"));
    }

    @Test
    void tokenForTheApiServerIsNotForUs() {
        // A server that knows nothing of audiences says none: it vouches for a token that was meant for itself.
        assertThat(authenticate(new Review(true, USER, GROUPS, List.of(), POD, "")))
                .isInstanceOf(Refused.class);
        assertThat(authenticate(new Review(true, USER, GROUPS, List.of("other"), POD, "")))
                .isInstanceOf(Refused.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "admin",
                "system:serviceaccount:istio-system",
                "system:serviceaccount:istio-system:",
                "system:serviceaccount::ztunnel",
                "system:serviceaccount:a:b:c",
                "system:node:n1"
            })
    void onlyServiceAccountsAreWorkloads(String user) {
        assertThat(authenticate(new Review(true, user, GROUPS, List.of("istio-ca"), POD, "")))
                .isInstanceOf(Refused.class);
    }

    @Test
    void userWithoutTheGroupIsNoServiceAccount() {
        assertThat(authenticate(new Review(true, USER, Set.of("system:authenticated"), List.of("istio-ca"), POD, "")))
                .isInstanceOf(Refused.class);
    }

    @Test
    void serverThatIsAwayRefuses() {
        TokenReviewAuthenticator authenticator = new TokenReviewAuthenticator(
                (_, _) -> {
                    throw new IOException("connection refused");
                },
                List.of("istio-ca"),
                () -> "cluster.local");

        assertThat(authenticator.authenticate("secret-token"))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.reason())
                                .contains("connection refused")
                                .doesNotContain("secret-token"));
    }

    @Test
    void endlessTokenIsNotSentOn() {
        TokenReviewAuthenticator authenticator = new TokenReviewAuthenticator(
                (_, _) -> {
                    throw new AssertionError("sent on");
                },
                List.of("istio-ca"),
                () -> "cluster.local");

        assertThat(authenticator.authenticate("x".repeat(100_000))).isInstanceOf(Refused.class);
        assertThat(authenticator.authenticate("")).isInstanceOf(Refused.class);
    }

    private static Authentication authenticate(Review review) {
        return new TokenReviewAuthenticator((_, _) -> review, List.of("istio-ca"), () -> "cluster.local")
                .authenticate("secret-token");
    }
}
