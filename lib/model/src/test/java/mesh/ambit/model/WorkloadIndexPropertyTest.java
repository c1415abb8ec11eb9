package mesh.ambit.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class WorkloadIndexPropertyTest {
    private static final int CHANGES = 60;

    @Property(tries = 200, seed = "1")
    void newsOfAWorkloadIsAsIfItHadGoneAndComeBack(@ForAll long seed) {
        Random random = new Random(seed);
        WorkloadIndex index = WorkloadIndex.EMPTY;
        for (int i = 0; i < CHANGES; i++) {
            Workload workload = any(random);
            WorkloadIndex expected = index.without(workload.uid()).with(workload);
            index = index.with(workload);
            assertThat(index).isEqualTo(expected);
            if (random.nextInt(4) == 0) {
                index = index.without("uid-" + random.nextInt(5));
            }
        }
        for (String uid : index.byUid().keys()) {
            index = index.without(uid);
        }
        assertThat(index).as("nothing stays behind").isEqualTo(WorkloadIndex.EMPTY);
    }

    /** Few values of each kind, so that keys are shared and most news changes some of them. */
    private static Workload any(Random random) {
        List<InetAddress> addresses = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            addresses.add(InetAddress.ofLiteral("10.0.0." + random.nextInt(4)));
        }
        return Workload.builder("uid-" + random.nextInt(5))
                .name("pod-" + random.nextInt(2))
                .namespace("ns-" + random.nextInt(2))
                .serviceAccount("account")
                .network(random.nextBoolean() ? "" : "other")
                .networkMode(random.nextInt(3) == 0 ? NetworkMode.HOST_NETWORK : NetworkMode.STANDARD)
                .hostname(random.nextBoolean() ? "" : "host-" + random.nextInt(2))
                .addresses(addresses)
                .node("node-" + random.nextInt(1000))
                .build();
    }
}
