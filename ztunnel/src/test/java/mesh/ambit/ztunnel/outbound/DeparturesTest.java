package mesh.ambit.ztunnel.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import mesh.ambit.hbone.TunnelKey;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.Workload;
import mesh.ambit.tls.ExpectedSans;
import org.junit.jupiter.api.Test;

class DeparturesTest {
    private static final SpiffeId WEB = SpiffeId.parse("spiffe://cluster.local/ns/shop/sa/web");
    private static final MeshSnapshot BEFORE =
            MeshSnapshot.EMPTY.apply(List.of(pod("a", "10.0.0.1", "fd00::1"), pod("b", "10.0.0.2")), List.of());

    @Test
    void removedWorkloadHasGone() {
        Departures departures = departures(BEFORE.apply(List.of(), List.of("a")), "a");

        assertThat(departures.concern(tunnel("a", "10.0.0.1"))).isTrue();
        assertThat(departures.concern(tunnel("b", "10.0.0.2"))).isFalse();
    }

    @Test
    void workloadThatComesBackInTheSameMessageHasNotGone() {
        Departures departures = departures(BEFORE.apply(List.of(pod("a", "10.0.0.1", "fd00::1")), List.of()), "a");

        assertThat(departures.isEmpty()).isTrue();
    }

    @Test
    void onlyTunnelsToTheLostAddressAreConcerned() {
        Departures departures = departures(BEFORE.apply(List.of(pod("a", "10.0.0.1", "fd00::9")), List.of()), "a");

        assertThat(departures.concern(tunnel("a", "fd00::1"))).isTrue();
        assertThat(departures.concern(tunnel("a", "10.0.0.1"))).isFalse();
        assertThat(departures.concern(tunnel("a", "192.0.2.7")))
                .as("an address that a name resolved to")
                .isFalse();
    }

    @Test
    void addressThatGoesToAnotherPodLeavesTheFirstOne() {
        MeshSnapshot after = BEFORE.apply(List.of(pod("c", "10.0.0.1")), List.of("a"));
        Departures departures = departures(after, "a", "c");

        assertThat(departures.concern(tunnel("a", "10.0.0.1"))).isTrue();
        assertThat(departures.concern(tunnel("c", "10.0.0.1"))).isFalse();
    }

    private static Departures departures(MeshSnapshot after, String... names) {
        return Departures.between(BEFORE, after, List.of(names));
    }

    private static TunnelKey tunnel(String uid, String address) {
        return new TunnelKey(
                WEB,
                ExpectedSans.of(WEB),
                new InetSocketAddress(InetAddress.ofLiteral(address), 15008),
                InetAddress.ofLiteral("10.0.0.7"),
                uid);
    }

    private static Workload pod(String uid, String... addresses) {
        List<InetAddress> own = new ArrayList<>();
        for (String address : addresses) {
            own.add(InetAddress.ofLiteral(address));
        }
        return Workload.builder(uid).name(uid).namespace("shop").addresses(own).build();
    }
}
