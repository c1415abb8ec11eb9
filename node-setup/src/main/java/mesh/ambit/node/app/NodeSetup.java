package mesh.ambit.node.app;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import mesh.ambit.node.pods.Fabric;
import mesh.ambit.node.pods.PodFiles;
import mesh.ambit.node.pods.PodJournal;
import mesh.ambit.node.pods.PodNetworks;
import mesh.ambit.node.zds.ZdsServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running node-setup: one thread that reconciles whenever something may have changed, until it is stopped. */
final class NodeSetup {
    private static final Logger LOG = LoggerFactory.getLogger(NodeSetup.class);

    /** Nothing waits longer than this for a pass, whatever has been missed. */
    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final NodeSetupConfig config;
    private final Semaphore wakes = new Semaphore(0);
    private volatile boolean stopping;

    NodeSetup(NodeSetupConfig config) {
        this.config = config;
    }

    /**
     * Runs until {@link #stop}, then removes everything it has made. Needs a platform thread.
     *
     * @throws IOException if the socket or the files of the state folder cannot be made
     * @throws mesh.ambit.kube.FolderException if there is no folder of objects
     * @throws mesh.ambit.config.ConfigException if another run has this node
     */
    void run() throws IOException {
        Path own = config.ownFolder();
        Path ready = own.resolve("ready");
        Files.createDirectories(own);
        Path observed = Files.createDirectories(config.state().resolve("observed"));
        makePrivate(requireNonNull(config.socket().toAbsolutePath().getParent(), "the socket has no folder"));
        try (OnlyOne _ = OnlyOne.of(own.resolve("lock"), "node-setup for node " + config.node());
                Inputs inputs = new Inputs(config.folder(), config.state(), this::wake);
                ZdsServer zds = ZdsServer.start(config.socket(), this::wake)) {
            Files.deleteIfExists(ready);
            Path madeFabric = own.resolve("made-fabric");
            if (!Fabric.exists()) {
                Files.writeString(madeFabric, "");
            }
            try (Fabric fabric = Fabric.ensure()) {
                PodJournal journal = new PodJournal(own.resolve("pods"));
                Reconciler reconciler = new Reconciler(
                        config,
                        new PodNetworks(fabric, journal, config.podRange(), config.podRange6()),
                        new PodFiles(config.state(), config.node(), config.domain()),
                        new PodCapture(config, zds));
                reconciler.takeOver(journal.read(), inputs.declared());
                // Only an orderly end removes the pods: what runs in them outlives a fault of ours, and the next run
                // takes over.
                reconcile(reconciler, inputs, ready);
                reconciler.removeAll();
            } finally {
                Files.deleteIfExists(ready);
            }
            if (Files.deleteIfExists(madeFabric)) {
                Fabric.remove(Fabric.NAME);
            }
        }
        removeEmpty(own.resolve("pods"), own, observed.resolve(config.node()), observed);
        LOG.info("node-setup {} has removed everything it made", config.node());
    }

    /** Looks again, soon. */
    void wake() {
        wakes.release();
    }

    /** Has {@link #run} end. */
    void stop() {
        stopping = true;
        wake();
    }

    private void reconcile(Reconciler reconciler, Inputs inputs, Path ready) throws IOException {
        boolean announced = false;
        while (!stopping) {
            long wait = reconciler.pass(inputs.declared(), inputs.observed(), inputs.clusterIps());
            if (!announced) {
                announced = true;
                Files.writeString(ready, "");
                LOG.info("node-setup {} ready", config.node());
            }
            try {
                if (wakes.tryAcquire(Math.min(wait, LONGEST_WAIT_NANOS), TimeUnit.NANOSECONDS)) {
                    wakes.drainPermits();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static void removeEmpty(Path... folders) throws IOException {
        for (Path folder : folders) {
            String[] left = folder.toFile().list();
            if (left != null && left.length == 0) {
                Files.delete(folder);
            }
        }
    }

    /**
     * Makes the folder of the socket where there is none. The socket is nobody else's business, nor is anything beside it;
     * but a folder that is there, such as /run, may be everybody's and stays as it is.
     */
    static void makePrivate(Path folder) {
        try {
            if (Files.isDirectory(folder)) {
                return;
            }
            Path parent = folder.getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + folder, e);
        }
    }
}
