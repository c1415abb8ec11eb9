package mesh.ambit.perf.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ProfileTest {
    private static final Offset<Double> EXACT = within(1e-9);
    private static final Stacks STACKS = new Stacks(Map.of(
            List.of("io.netty.channel.unix.Socket.sendAddress", "mesh.ambit.hbone.TunnelOutput.flush", "a.Thread.run"),
            3_000_000L,
            List.of("mesh.ambit.hbone.TunnelOutput.flush", "a.Thread.run"),
            1_000_000L));

    @Test
    void samplesSplitWhatJavaThreadsUsedByTheKernelsAccount() {
        ThreadTimes threads = new ThreadTimes(Map.of(
                "ambit-worker-1",
                new CpuTime(2, 6),
                "C2 CompilerThre",
                new CpuTime(1, 0),
                "VM Thread",
                new CpuTime(1, 0)));

        Profile profile = Profile.of("client", threads, STACKS);

        assertThat(profile.time()).isEqualTo(new CpuTime(4, 6));
        assertThat(profile.share(Place.SEND)).isEqualTo(0.6, EXACT);
        assertThat(profile.share(Place.TUNNEL)).isEqualTo(0.2, EXACT);
        assertThat(profile.share(Place.COMPILER)).isEqualTo(0.1, EXACT);
        assertThat(profile.share(Place.MACHINE)).isEqualTo(0.1, EXACT);
        assertThat(profile.share(Place.POLL)).isZero();
    }

    @Test
    void flameGraphToolsReadTheStacks() {
        assertThat(STACKS.collapsed()).isEqualTo("""
                a.Thread.run;mesh.ambit.hbone.TunnelOutput.flush 1000
                a.Thread.run;mesh.ambit.hbone.TunnelOutput.flush;io.netty.channel.unix.Socket.sendAddress 3000
                """);
    }

    @Test
    void aTreeBeginsWhereStacksDiffer() {
        Stacks stacks = new Stacks(Map.of(
                List.of("mesh.ambit.relay.Relay.copy", "a.Loop.run", "a.Thread.run"), 700L,
                List.of(
                                "io.netty.channel.unix.Socket.send",
                                "mesh.ambit.relay.Relay.copy",
                                "a.Loop.run",
                                "a.Thread.run"),
                        200L,
                List.of("b.Rare.call", "a.Loop.run", "a.Thread.run"), 1L,
                List.of("b.Timer.tick", "a.Loop.run", "a.Thread.run"), 99L));

        StackTree tree = StackTree.of(stacks, 0.01);

        assertThat(tree.nanos()).isEqualTo(1000);
        assertThat(tree.calls())
                .extracting(StackTree::frame)
                .containsExactly("mesh.ambit.relay.Relay.copy", "b.Timer.tick");
        assertThat(tree.calls().getFirst().nanos()).isEqualTo(900);
        assertThat(tree.calls().getFirst().calls())
                .singleElement()
                .satisfies(call -> assertThat(call.place()).isEqualTo(Place.SEND));
        assertThat(tree.depth()).isEqualTo(2);
    }

    @Test
    void aTreeOfNothingIsEmpty() {
        assertThat(StackTree.of(new Stacks(Map.of()), 0.01).depth()).isZero();
    }
}
