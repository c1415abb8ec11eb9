package mesh.ambit.ztunnel.inpod;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import mesh.ambit.linux.LinuxException;
import mesh.ambit.linux.NetNs;
import mesh.ambit.linux.SeqPacketConnection;
import mesh.ambit.model.WorkloadInfo;
import mesh.ambit.telemetry.Metrics;
import mesh.ambit.telemetry.PodProxyMetrics;
import mesh.ambit.testkit.Await;
import mesh.ambit.ztunnel.inpod.FakeAgent.Conversation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZdsClientIT {
    private static final WorkloadInfo A = new WorkloadInfo("a", "shop", "a");
    private static final WorkloadInfo B = new WorkloadInfo("b", "shop", "b");

    private final Set<String> open = ConcurrentHashMap.newKeySet();
    private final Set<String> broken = ConcurrentHashMap.newKeySet();
    /** Pods that bring out a fault of ours. */
    private final Set<String> faulty = ConcurrentHashMap.newKeySet();

    private volatile boolean real;
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final Metrics metrics = Metrics.of("test", "");
    private final PodRegistry pods = new PodRegistry(this::start, new PodProxyMetrics(metrics));
    private final NetNs here = NetNs.current();
    /** How many of the next connections the system refuses. */
    private final AtomicInteger refusals = new AtomicInteger();
    /** How many of the next connections bring out a fault of ours. */
    private final AtomicInteger faults = new AtomicInteger();

    private final FakeAgent agent;
    private final ZdsClient client;

    ZdsClientIT(@TempDir Path socketFolder) throws IOException {
        Path socket = socketFolder.resolve("zds.sock");
        agent = new FakeAgent(socket);
        client = new ZdsClient(socket, pods, new Events(), this::connect);
    }

    @BeforeEach
    void startClient() {
        client.start();
    }

    @AfterEach
    void endClient() throws Exception {
        client.stop();
        agent.close();
        pods.close();
        here.close();
        metrics.close();
    }

    @Test
    void snapshotBringsUpEveryPodAndThenWeAreReady() throws Exception {
        try (Conversation talk = agent.accept()) {
            assertThat(talk.add("1", A, here)).isEmpty();
            assertThat(talk.add("2", B, here)).isEmpty();
            assertThat(open).containsExactlyInAnyOrder("1", "2");
            assertThat(events).doesNotContain("complete");
            assertThat(talk.snapshotSent()).isEmpty();
            Await.until("complete", () -> events.contains("complete"));
        }
    }

    @Test
    void podThatIsDeletedIsClosedAndItsNamespaceReleased() throws Exception {
        try (Conversation talk = agent.accept()) {
            Set<String> before = descriptors();
            talk.add("1", A, here);
            talk.snapshotSent();
            assertThat(talk.del("1")).isEmpty();
            assertThat(talk.del("nobody")).isEmpty();
            assertThat(open).isEmpty();
            assertThat(talk.add("1", A, here)).isEmpty();
            assertThat(talk.add("1", A, here)).as("same namespace again").isEmpty();
            assertThat(open).containsExactly("1");
            talk.del("1");
            awaitNothingLeft(before);
        }
    }

    @Test
    void afterAReconnectTheSnapshotClosesWhoeverItDoesNotName() throws Exception {
        try (Conversation talk = agent.accept()) {
            talk.add("1", A, here);
            talk.add("2", B, here);
            talk.snapshotSent();
        }
        try (Conversation talk = agent.accept()) {
            Await.until("incomplete", () -> events.contains("incomplete"));
            assertThat(talk.keep("2")).isEmpty();
            assertThat(open).containsExactlyInAnyOrder("1", "2");
            assertThat(talk.snapshotSent()).isEmpty();
            assertThat(open).containsExactly("2");
        }
    }

    @Test
    void whatTheSystemRefusesForAWhileDoesNotEndTheClient() throws Exception {
        try (Conversation talk = agent.accept()) {
            talk.snapshotSent();
            refusals.set(2);
        }
        try (Conversation talk = agent.accept()) {
            assertThat(refusals).hasNonPositiveValue();
            assertThat(talk.add("1", A, here)).isEmpty();
        }
    }

    @Test
    void podThatDoesNotStartIsReportedAndStaysPending() throws Exception {
        broken.add("1");
        try (Conversation talk = agent.accept()) {
            assertThat(talk.add("1", A, here)).isEqualTo("failure to start proxy : no port");
            assertThat(talk.snapshotSent()).isEmpty();
            assertThat(events).doesNotContain("complete");
            assertThat(pods.pods()).allMatch(entry -> entry.proxy() == null);
            broken.clear();
            assertThat(talk.add("1", A, here)).isEmpty();
            assertThat(events).as("said before the answer").last().isEqualTo("complete");
        }
    }

    @Test
    void podThatNeverStartedIsShownEvenWhenItIsGone() throws Exception {
        broken.add("1");
        try (Conversation talk = agent.accept()) {
            talk.add("1", A, here);
            talk.snapshotSent();
            talk.del("1");
            assertThat(pods.hasPending()).isFalse();
            assertThat(pods.pods()).extracting(entry -> entry.pod().uid()).containsExactly("1");

            broken.clear();
            talk.add("1", A, here);
            talk.del("1");
            assertThat(pods.pods()).isEmpty();
        }
    }

    @Test
    void messagesDoNotPutOffTheNextTry() throws Exception {
        broken.add("1");
        try (Conversation talk = agent.accept()) {
            talk.add("1", A, here);
            talk.snapshotSent();
            broken.clear();
            long end = System.nanoTime() + Duration.ofMinutes(2).toNanos();
            while (open.isEmpty() && System.nanoTime() < end) {
                talk.del("nobody");
            }
            assertThat(open).containsExactly("1");
            Await.until("complete", () -> "complete".equals(events.getLast()));
        }
    }

    @Test
    void somethingThatIsNoNamespaceIsAPodThatDoesNotStart() throws Exception {
        real = true;
        try (Conversation talk = agent.accept()) {
            // A thread that enters a namespace for the first time keeps the way back.
            assertThat(talk.add("0", B, here)).isEmpty();
            assertThat(talk.del("0")).isEmpty();
            Set<String> before = descriptors();
            assertThat(talk.addWithAnything("1", A)).startsWith("failure to start proxy : ");
            assertThat(talk.snapshotSent()).as("the conversation goes on").isEmpty();
            assertThat(pods.hasPending()).isTrue();
            assertThat(talk.del("1")).isEmpty();
            awaitNothingLeft(before);
        }
    }

    @Test
    void podThatBringsOutAFaultKeepsNoOtherFromItsProxy() throws Exception {
        faulty.add("1");
        try (Conversation talk = agent.accept()) {
            assertThat(talk.add("1", A, here)).startsWith("failure to start proxy : internal error");
            assertThat(talk.add("2", B, here)).isEmpty();
            assertThat(talk.snapshotSent()).isEmpty();
            faulty.clear();
            Await.until("complete", () -> events.contains("complete"));
            assertThat(open).containsExactlyInAnyOrder("1", "2");
        }
    }

    @Test
    void faultDoesNotEndTheClient() throws Exception {
        try (Conversation talk = agent.accept()) {
            talk.snapshotSent();
            faults.set(2);
        }
        try (Conversation talk = agent.accept()) {
            assertThat(faults).hasNonPositiveValue();
            assertThat(talk.add("1", A, here)).isEmpty();
        }
    }

    @Test
    void aHundredPodsAreAnsweredPromptlyAndLeaveNothingBehind() throws Exception {
        Set<String> before;
        long sockets;
        try (Conversation talk = agent.accept()) {
            before = descriptors();
            sockets = sockets();
            int slow = 0;
            for (int i = 0; i < 100; i++) {
                long start = System.nanoTime();
                assertThat(talk.add("pod-" + i, A, here)).isEmpty();
                slow += System.nanoTime() - start < TimeUnit.SECONDS.toNanos(4) ? 0 : 1;
            }
            assertThat(talk.snapshotSent()).isEmpty();
            // The machine itself may stand still now and then.
            assertThat(slow).as("those who wait for the next try of another").isLessThan(10);
            assertThat(open).hasSize(100);
        }
        try (Conversation talk = agent.accept()) {
            assertThat(talk.snapshotSent()).isEmpty();
            assertThat(open).isEmpty();
            awaitNothingLeft(before);
            Await.until("no socket is left", () -> sockets() <= sockets);
        }
    }

    @Test
    void tooManyDescriptorsAreRefusedAndClosed() throws Exception {
        Set<String> before = descriptors();
        try (Conversation talk = agent.accept()) {
            assertThat(talk.delWithDescriptor("1", here))
                    .isEqualTo("failure to read message : Unexpected control message");
        }
        try (Conversation talk = agent.accept()) {
            assertThat(talk.raw(new byte[1025])).isEqualTo("failure to read message : received truncated message");
        }
        awaitNothingLeft(before);
        assertThat(events).doesNotContain("protocol error");
    }

    @Test
    void pendingPodIsTriedAgainUnasked() throws Exception {
        // From then on the client only waits for the agent, and this thread may do what it would do.
        try (Conversation talk = agent.accept()) {
            talk.snapshotSent();
            broken.add("1");
            try {
                pods.add("1", A, here.duplicate());
            } catch (PodStartException e) {
                assertThat(e).hasMessage("no port");
            }
            broken.clear();
            pods.retryPending();

            assertThat(open).containsExactly("1");
            assertThat(pods.hasPending()).isFalse();
        }
    }

    @Test
    void unreadablePacketIsRefusedAndTheConversationBeginsAnew() throws Exception {
        try (Conversation talk = agent.accept()) {
            assertThat(talk.raw("nonsense".getBytes(StandardCharsets.US_ASCII)))
                    .startsWith("failure to read message : failed to decode Protobuf message: ");
            assertThat(talk.isHungUp()).isTrue();
        }
        try (Conversation talk = agent.accept()) {
            assertThat(talk.addWithoutDescriptor("1")).isEqualTo("failure to read message : No control message");
        }
        try (Conversation talk = agent.accept()) {
            assertThat(talk.raw(new byte[] {0x22, 0})).isEqualTo("failure to read message : no payload");
        }
        try (Conversation talk = agent.accept()) {
            assertThat(talk.snapshotSent()).isEmpty();
        }
        assertThat(events).doesNotContain("protocol error");
    }

    @Test
    void brokenProtocolEndsTheProgram() throws Exception {
        try (Conversation talk = agent.accept()) {
            talk.snapshotSent();
            assertThat(talk.keep("1"))
                    .isEqualTo("failure to process message : ProtocolError(\"pod keep received after snapshot\")");
            assertThat(talk.isHungUp()).isTrue();
        }
        Await.until("protocol error", () -> events.contains("protocol error"));
    }

    @Test
    void addWithoutDescriptionEndsTheProgram() throws Exception {
        try (Conversation talk = agent.accept()) {
            assertThat(talk.addWithoutInfo("1", here))
                    .isEqualTo("failure to process message : "
                            + "ProtocolError(\"workload_info is required but not present\")");
        }
        Await.until("protocol error", () -> events.contains("protocol error"));
    }

    private SeqPacketConnection connect(Path socket) throws IOException {
        if (refusals.getAndDecrement() > 0) {
            // Any call that fails does: a system without descriptors would fail the test with us.
            NetNs.open(socket.resolveSibling("missing")).close();
        }
        if (faults.getAndDecrement() > 0) {
            throw new IllegalStateException("a fault");
        }
        return SeqPacketConnection.connect(socket);
    }

    private PodProxy start(Pod pod) throws PodStartException {
        if (broken.contains(pod.uid())) {
            throw new PodStartException("no port", null);
        }
        if (faulty.contains(pod.uid())) {
            throw new IllegalStateException("a fault");
        }
        if (real) {
            try {
                pod.netns().run(() -> {});
            } catch (LinuxException e) {
                throw new PodStartException(String.valueOf(e.getMessage()), e);
            }
        }
        open.add(pod.uid());
        return new PodProxy() {
            @Override
            public void close() {
                open.remove(pod.uid());
            }

            @Override
            public CompletionStage<Void> drain() {
                return CompletableFuture.completedFuture(null);
            }
        };
    }

    /** Returns what this process has open but for sockets, which a new conversation replaces, and its class path. */
    private static Set<String> descriptors() {
        return open(
                target -> !target.startsWith("socket:") && !target.endsWith(".jar") && !target.startsWith("/proc/"));
    }

    private static long sockets() {
        return open(target -> target.startsWith("socket:")).size();
    }

    private static Set<String> open(Predicate<String> wanted) {
        Set<String> found = new HashSet<>();
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : (Iterable<Path>) all::iterator) {
                try {
                    String target = Files.readSymbolicLink(descriptor).toString();
                    if (wanted.test(target)) {
                        found.add(descriptor.getFileName() + " " + target);
                    }
                } catch (NoSuchFileException e) {
                    // Closed while we looked.
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    /** Waits until what has been opened since {@code before} is closed. */
    private static void awaitNothingLeft(Set<String> before) {
        Await.until("no descriptor is left", () -> before.containsAll(descriptors()));
    }

    private final class Events implements ZdsClient.Observer {
        @Override
        public void onComplete() {
            events.add("complete");
        }

        @Override
        public void onIncomplete() {
            events.add("incomplete");
        }

        @Override
        public void onProtocolError(String text) {
            events.add("protocol error");
        }
    }
}
