package mesh.ambit.cli.up;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import mesh.ambit.config.ExitCode;
import mesh.ambit.kube.AtomicFiles;
import org.jspecify.annotations.Nullable;

/** The programs of each node: one node-setup, and one ztunnel at a time save during a hand-over. */
final class NodePrograms {
    /** A JVM on a busy machine of two cores may take this long to be ready. */
    private static final Duration READY_WITHIN = Duration.ofMinutes(3);

    private static final Duration DRAINED_WITHIN = Duration.ofSeconds(30);
    static final int READINESS_PORT = 15021;
    private static final int MOST_HOSTS = 254;

    private final Programs programs;
    private final StateFolder state;
    private final Supervisor supervisor;
    private final Fabric fabric;
    private final Waiting waiting;
    private final Map<String, String> foreignZtunnels;
    private final Map<String, Instance> instances = new HashMap<>();
    private final Set<Integer> hostsInUse = new HashSet<>();
    private final ReentrantLock handOver = new ReentrantLock();

    NodePrograms(
            Programs programs,
            StateFolder state,
            Supervisor supervisor,
            Fabric fabric,
            Map<String, String> foreignZtunnels) {
        this.programs = programs;
        this.state = state;
        this.supervisor = supervisor;
        this.fabric = fabric;
        this.waiting = new Waiting(supervisor);
        this.foreignZtunnels = foreignZtunnels;
    }

    void startNodeSetup(MeshNode node) throws IOException {
        Files.createDirectories(
                state.node(node.name()),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        supervisor.start(programs.nodeSetup(node, !foreignZtunnels.containsKey(node.name())));
    }

    void awaitNodeSetup(MeshNode node) {
        RunningProgram program = require("node-setup-" + node.name());
        waiting.until(program, READY_WITHIN, () -> Files.exists(state.ztunnelSocket(node.name())));
        program.becameReady();
    }

    synchronized void startZtunnel(MeshNode node) throws IOException {
        Instance instance = newInstance(node.name(), 1, Instance.FIRST_HOST - 1 + node.index());
        instances.put(node.name(), instance);
        start(instance);
    }

    void awaitZtunnel(MeshNode node) {
        Instance instance = instance(node.name());
        if (instance != null) {
            awaitReady(instance);
        }
    }

    synchronized @Nullable Instance instance(String node) {
        return instances.get(node);
    }

    /**
     * Hands a node over to a new ztunnel: the successor is ready before the old one is asked to end.
     *
     * @param progress told of each step
     * @throws MeshException where there is no such node, or the successor does not become ready; then the old one stays
     */
    void restartZtunnel(String node, Consumer<String> progress) throws IOException, InterruptedException {
        // One after the other: a second one would take the successor that the first still waits for as its predecessor.
        handOver.lockInterruptibly();
        try {
            replaceZtunnel(node, progress);
        } finally {
            handOver.unlock();
        }
    }

    private void replaceZtunnel(String node, Consumer<String> progress) throws IOException, InterruptedException {
        Instance old;
        Instance next;
        synchronized (this) {
            Instance current = instances.get(node);
            if (current == null) {
                throw new MeshException(
                        ExitCode.FAILED,
                        "no node " + node + " (expected: one of " + new TreeSet<>(instances.keySet()) + ")");
            }
            old = current;
            next = newInstance(node, old.generation() + 1, Instance.FIRST_HOST);
            instances.put(node, next);
        }
        try {
            start(next);
            awaitReady(next);
        } catch (IOException | RuntimeException e) {
            withdraw(next);
            synchronized (this) {
                instances.put(node, old);
            }
            throw e;
        }
        progress.accept("successor " + next.program() + " is ready (" + next.address() + ")");
        drain(old);
        progress.accept("predecessor " + old.program() + " has drained and ended");
    }

    private void drain(Instance old) throws InterruptedException {
        RunningProgram running = supervisor.find(old.program());
        if (running != null) {
            running.terminate();
            if (!running.awaitEnd(DRAINED_WITHIN)) {
                running.kill();
                running.awaitEnd(Duration.ofSeconds(2));
            }
        }
        release(old);
    }

    private void withdraw(Instance failed) throws InterruptedException {
        RunningProgram running = supervisor.find(failed.program());
        if (running != null) {
            running.kill();
            running.awaitEnd(Duration.ofSeconds(2));
        }
        release(failed);
    }

    private synchronized void release(Instance instance) {
        fabric.remove(instance);
        hostsInUse.remove(instance.host());
    }

    private synchronized void start(Instance instance) throws IOException {
        fabric.add(instance);
        AtomicFiles.write(state.environment(instance.node()), programs.environmentFile(instance));
        String foreign = foreignZtunnels.get(instance.node());
        supervisor.start(foreign == null ? programs.ztunnel(instance) : programs.foreignZtunnel(instance, foreign));
    }

    private Instance newInstance(String node, int generation, int preferredHost) {
        int host = preferredHost;
        while (!hostsInUse.add(host)) {
            host++;
            if (host > MOST_HOSTS) {
                throw new MeshException(ExitCode.FAILED, "no address is left for a ztunnel of node " + node);
            }
        }
        return new Instance(node, generation, host);
    }

    private void awaitReady(Instance instance) {
        RunningProgram program = require(instance.program());
        waiting.until(
                program, READY_WITHIN, () -> Readiness.answers(instance.namespace(), READINESS_PORT, "/healthz/ready"));
        program.becameReady();
    }

    private RunningProgram require(String name) {
        RunningProgram program = supervisor.find(name);
        if (program == null) {
            throw new MeshException(ExitCode.FAILED, name + " is not running");
        }
        return program;
    }
}
