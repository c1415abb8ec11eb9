package mesh.ambit.ztunnel.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.TunnelProtocol;
import mesh.ambit.model.Workload;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CertificateInterestTest {
    private final List<String> events = new ArrayList<>();
    private MeshSnapshot mesh = MeshSnapshot.EMPTY;
    private CertificateInterest interest = on("n1");

    @Test
    void identityIsAskedForOnceAndForgottenWithItsLastWorkload() {
        change(List.of(pod("a1", "a", "n1"), pod("a2", "a", "n1")), List.of());
        change(List.of(pod("a1", "a", "n1")), List.of());
        change(List.of(), List.of("a1"));
        assertThat(events).containsExactly("fetch a");
        change(List.of(), List.of("a2", "nobody"));
        assertThat(events).containsExactly("fetch a", "forget a");
    }

    @Test
    void onlyTunnelledWorkloadsOfOurNodeCount() {
        change(List.of(pod("a", "a", "n2")), List.of());
        change(
                List.of(pod("b", "b", "n1").toBuilder()
                        .tunnelProtocol(TunnelProtocol.NONE)
                        .build()),
                List.of());
        change(List.of(pod("c", "c", "n1").toBuilder().namespace("").build()), List.of());
        assertThat(events).isEmpty();
    }

    @Test
    void whatAWorkloadIsNoLongerIsKeptUntilOneOfItsAccountIsRemoved() {
        change(List.of(pod("p", "a", "n1")), List.of());
        change(List.of(pod("p", "b", "n1")), List.of());
        change(List.of(plain("p", "b")), List.of());
        change(List.of(pod("p", "b", "n2")), List.of());
        change(List.of(), List.of("p"));
        assertThat(events).containsExactly("fetch a", "fetch b");
        change(List.of(pod("p", "b", "n1")), List.of());
        change(List.of(), List.of("p"));
        assertThat(events).containsExactly("fetch a", "fetch b", "forget b");
        change(List.of(pod("p", "b", "n1")), List.of());
        assertThat(events).endsWith("forget b", "fetch b");
    }

    @Test
    void workloadsOutsideOfTheMeshKeepTheirAccountsCertificate() {
        change(List.of(pod("a1", "a", "n1"), plain("a2", "a")), List.of());
        change(List.of(), List.of("a1"));
        assertThat(events).containsExactly("fetch a");
        change(List.of(), List.of("a2"));
        assertThat(events).containsExactly("fetch a", "forget a");
    }

    @Test
    void nameInUpdatesAndRemovalsIsNotThere() {
        change(List.of(pod("p", "a", "n1")), List.of("p"));
        assertThat(events).isEmpty();
    }

    @Test
    void withoutANodeNothingIsAskedForAhead() {
        interest = on(null);
        change(List.of(pod("p", "a", "n7")), List.of());
        assertThat(events).isEmpty();
        change(List.of(), List.of("p"));
        assertThat(events).containsExactly("forget a");
    }

    private CertificateInterest on(@Nullable String node) {
        return new CertificateInterest(
                node, id -> events.add("fetch " + account(id)), id -> events.add("forget " + account(id)));
    }

    private void change(List<Workload> upserts, List<String> removals) {
        MeshSnapshot before = mesh;
        mesh = before.apply(upserts, removals);
        List<String> names = new ArrayList<>(removals);
        upserts.forEach(upsert -> names.add(upsert.uid()));
        interest.changed(before, mesh, names);
    }

    private static String account(SpiffeId id) {
        return id.serviceAccount();
    }

    private static Workload plain(String uid, String account) {
        return pod(uid, account, "n1").toBuilder()
                .tunnelProtocol(TunnelProtocol.NONE)
                .build();
    }

    private static Workload pod(String uid, String account, String node) {
        return Workload.builder(uid)
                .namespace("shop")
                .serviceAccount(account)
                .node(node)
                .tunnelProtocol(TunnelProtocol.HBONE)
                .build();
    }
}
