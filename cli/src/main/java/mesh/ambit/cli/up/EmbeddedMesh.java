package mesh.ambit.cli.up;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import mesh.ambit.config.ExitCode;
import mesh.ambit.kube.FolderException;
import mesh.ambit.kube.FolderSnapshot;
import mesh.ambit.kube.FolderSource;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.kube.Problem;
import mesh.ambit.kube.Reading;
import mesh.ambit.linux.Spawner;
import org.jspecify.annotations.Nullable;

/**
 * A whole mesh on this machine: its fabric, its controller, and each node's programs, as children of this process.
 *
 * <p>There is one at a time: network namespaces have names. Closing ends the programs in order and removes every trace;
 * a process that is killed takes its programs along, and the next start removes what it left.
 */
public final class EmbeddedMesh implements AutoCloseable {
    private static final Duration CONTROLLER_READY_WITHIN = Duration.ofMinutes(3);
    private static final Duration PODS_READY_WITHIN = Duration.ofSeconds(30);
    private static final int CONTROLLER_READINESS_PORT = 8080;

    /** Nodes first let go of their pods, then tunnels drain, then nobody needs the controller. */
    private static final List<String> ENDING_ORDER =
            List.of(Programs.NODE_SETUP, Programs.ZTUNNEL, Programs.CONTROLLER);

    private final MeshOptions options;
    private final Ownership ownership;
    private final Fabric fabric;
    private final Supervisor supervisor;
    private final Programs programs;
    private final NodePrograms nodes;
    private final MeshNodes known = new MeshNodes();
    private final Spawner spawner;
    private final Waiting waiting;
    private final CompletableFuture<Void> stopRequested = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private @Nullable ControlServer control;
    private List<ExpectedPod> late = List.of();
    private List<Problem> problems = List.of();
    private @Nullable NodeFollower follower;

    private EmbeddedMesh(MeshOptions options, Ownership ownership, Fabric fabric, Spawner spawner) {
        this.options = options;
        this.ownership = ownership;
        this.fabric = fabric;
        this.spawner = spawner;
        this.supervisor = new Supervisor(spawner, options.state(), options.restart(), InstantSource.system());
        this.programs =
                new Programs(Jvm.own(), options.state(), options.folder(), options.environment(), options.recording());
        this.nodes = new NodePrograms(programs, options.state(), supervisor, fabric, options.foreignZtunnels());
        this.waiting = new Waiting(supervisor);
    }

    /**
     * Brings a mesh up and returns when every program is ready and every pod of the folder is there.
     *
     * @param progress told of each step, for a person
     * @throws MeshException if that is not possible; nothing is left then
     */
    public static EmbeddedMesh start(MeshOptions options, Consumer<String> progress) {
        Preflight.require();
        FolderSnapshot folder = read(options);
        Ownership ownership = Ownership.take(options);
        EmbeddedMesh mesh = new EmbeddedMesh(options, ownership, new BridgeFabric(options.state()), new Spawner());
        try {
            mesh.problems = folder.problems();
            mesh.bringUp(folder.objects(), progress);
            return mesh;
        } catch (IOException e) {
            mesh.abandon();
            throw new MeshException(ExitCode.FAILED, "cannot bring the mesh up: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            mesh.abandon();
            throw e;
        }
    }

    private static FolderSnapshot read(MeshOptions options) {
        try {
            return FolderSource.read(options.folder(), Reading.CHECKED);
        } catch (FolderException e) {
            throw new MeshException(ExitCode.USAGE, e.problem().message(), e);
        }
    }

    private void bringUp(ObjectSet objects, Consumer<String> progress) throws IOException {
        for (String node : options.foreignZtunnels().keySet()) {
            if (!MeshNodes.named(objects).contains(node)) {
                throw new MeshException(
                        ExitCode.USAGE,
                        "--ztunnel " + node + "=…: the folder names no node " + node + " (expected: one of "
                                + MeshNodes.named(objects) + ")");
            }
        }
        progress.accept("making the fabric");
        fabric.create();
        progress.accept("starting the controller");
        startController();
        List<MeshNode> added = known.takeUp(objects);
        startNodes(added, progress);
        progress.accept("waiting for the pods");
        late = awaitPods(objects);
        control = ControlServer.open(options.state().controlSocket(), this);
        follower = NodeFollower.follow(options.folder(), known, nodes -> startNodes(nodes, _ -> {}));
    }

    /** Returns what was wrong with the folder when the mesh came up: what it said there is not in force. */
    List<Problem> problems() {
        return problems;
    }

    /** Returns the pods that were not there, or not in the mesh, when {@link #start} stopped waiting for them. */
    List<ExpectedPod> latePods() {
        return late;
    }

    /** Starts the controller and waits until it is ready. */
    public void startController() throws IOException {
        RunningProgram controller = supervisor.start(programs.controller());
        waiting.until(
                controller,
                CONTROLLER_READY_WITHIN,
                () -> Readiness.answers(Programs.FABRIC, CONTROLLER_READINESS_PORT, "/ready"));
        controller.becameReady();
    }

    /** Kills the controller, as a machine would: without a word. The mesh goes on. */
    public void killController() throws InterruptedException {
        RunningProgram controller = supervisor.find(Programs.CONTROLLER);
        if (controller != null) {
            controller.kill();
            controller.awaitEnd(Duration.ofSeconds(5));
        }
    }

    /** See {@link NodePrograms#restartZtunnel}. */
    public void restartZtunnel(String node, Consumer<String> progress) throws IOException, InterruptedException {
        nodes.restartZtunnel(node, progress);
    }

    /** Returns the namespace of the ztunnel instance that serves {@code node} now, or null for an unknown node. */
    public @Nullable String ztunnelNamespace(String node) {
        Instance instance = nodes.instance(node);
        return instance == null ? null : instance.namespace();
    }

    /** Returns the log of the ztunnel instance that serves {@code node} now, or null for an unknown node. */
    public java.nio.file.@Nullable Path ztunnelLog(String node) {
        Instance instance = nodes.instance(node);
        return instance == null ? null : options.state().log(instance.program());
    }

    public StateFolder state() {
        return options.state();
    }

    /**
     * Starts a process that does not outlive this one, in the network namespace and with the files of a pod.
     *
     * @throws MeshException if there is no such pod
     */
    public Process startInPod(String namespace, String pod, List<String> command, Spawner.Streams streams)
            throws IOException {
        return spawner.start(
                PodCommand.withPodFiles(options.state(), namespace, pod, command),
                PodCommand.namespace(options.state(), namespace, pod),
                Map.of(),
                streams);
    }

    private void startNodes(List<MeshNode> added, Consumer<String> progress) throws IOException {
        for (MeshNode node : added) {
            progress.accept("starting node " + node.name());
            nodes.startNodeSetup(node);
        }
        for (MeshNode node : added) {
            nodes.awaitNodeSetup(node);
            nodes.startZtunnel(node);
        }
        for (MeshNode node : added) {
            progress.accept("waiting for the ztunnel of node " + node.name());
            nodes.awaitZtunnel(node);
        }
    }

    /** A pod that cannot be made is its node's to report; it keeps nobody else from being used. */
    private List<ExpectedPod> awaitPods(ObjectSet objects) {
        List<ExpectedPod> expected = ExpectedPod.of(objects);
        waiting.atMost(PODS_READY_WITHIN, () -> expected.stream().allMatch(pod -> pod.isThere(options.state())));
        return expected.stream().filter(pod -> !pod.isThere(options.state())).toList();
    }

    MeshStatus status() {
        List<MeshStatus.Row> rows = new ArrayList<>();
        for (RunningProgram program : supervisor.programs()) {
            if (isReady(program)) {
                program.becameReady();
            }
            rows.add(MeshStatus.Row.of(program, options.state()));
        }
        return new MeshStatus(
                options.folder().toString(),
                options.state().root().toString(),
                ProcessHandle.current().pid(),
                rows);
    }

    /** Looks afresh: nobody waits for a program that was started again after it died. */
    private boolean isReady(RunningProgram running) {
        Program program = running.program();
        String namespace = program.namespace();
        return switch (program.role()) {
            case Programs.CONTROLLER -> Readiness.answers(Programs.FABRIC, CONTROLLER_READINESS_PORT, "/ready");
            case Programs.ZTUNNEL ->
                namespace != null && Readiness.answers(namespace, NodePrograms.READINESS_PORT, "/healthz/ready");
            default -> running.isAlive();
        };
    }

    /** Asks for the end; {@link #awaitEnd} returns. */
    public void requestStop() {
        stopRequested.complete(null);
    }

    /**
     * Waits until somebody asks for the end, by request or by interrupting this thread.
     *
     * @throws MeshException if a program ended by itself
     */
    public void awaitEnd() {
        try {
            CompletableFuture.anyOf(stopRequested, supervisor.accident()).get();
        } catch (InterruptedException e) {
            return;
        } catch (ExecutionException e) {
            throw new IllegalStateException("an end is never an exception", e);
        }
        if (!stopRequested.isDone()) {
            throw Waiting.failure(supervisor.accident().join());
        }
    }

    /** Says that something which belongs to the mesh ended by itself, as a program of its own would. */
    public void reportAccident(String program, int exitValue, List<String> lastWords) {
        supervisor.accident().complete(new Supervisor.Accident(program, RunningProgram.describe(exitValue), lastWords));
    }

    /** Runs {@code action} as soon as a program ends by itself, on whatever thread notices. */
    public void onAccident(Runnable action) {
        CompletableFuture<Void> _ = supervisor.accident().thenRun(action);
    }

    /**
     * Returns only if no program has ended by itself.
     *
     * @throws MeshException otherwise, saying which and how
     */
    public void requireWhole() {
        if (supervisor.accident().isDone()) {
            throw Waiting.failure(supervisor.accident().join());
        }
    }

    /** Completes when {@link #close} has removed everything. */
    public CompletableFuture<Void> closed() {
        return closed;
    }

    /** Ends everything without regard for what is under way: after an accident there is nothing to be kind to. */
    private void abandon() {
        end(List.of(), Duration.ofSeconds(1));
    }

    /** Ends all programs and removes every trace. After an accident quickly, otherwise in order. */
    @Override
    public void close() {
        if (supervisor.accident().isDone()) {
            abandon();
        } else {
            end(ENDING_ORDER, options.patience());
        }
    }

    private void end(List<String> order, Duration patience) {
        if (closed.isDone()) {
            return;
        }
        // Who was interrupted tidies up all the same.
        boolean interrupted = Thread.interrupted();
        if (follower != null) {
            follower.close();
        }
        try {
            supervisor.close(order, patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        fabric.destroy();
        if (control != null) {
            control.close();
        }
        ownership.giveBack();
        closed.complete(null);
        if (control != null) {
            control.awaitFarewells();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
