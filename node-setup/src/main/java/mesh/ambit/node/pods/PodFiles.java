package mesh.ambit.node.pods;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import mesh.ambit.kube.AtomicFiles;

/**
 * The files of pods below the state folder: {@code observed/NODE/NAMESPACE.POD.yaml} for the other programs, and
 * {@code pods/NAMESPACE/POD/hosts} and {@code resolv.conf} for what runs in the pod. Writes nothing that is there
 * already, so that nobody is woken in vain.
 */
public final class PodFiles {
    private final Path observed;
    private final Path pods;
    private final String domain;
    private final String machine;

    /** Keeps the files of {@code node} below {@code state}. */
    public PodFiles(Path state, String node, String domain) {
        this.observed = state.resolve("observed").resolve(node);
        this.pods = state.resolve("pods");
        this.domain = domain;
        this.machine = machine();
        makeFolder(observed);
    }

    private static String machine() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            return "";
        }
    }

    /** Publishes what was observed of a pod. */
    public void observe(ObservedPod pod) {
        Path file = observation(pod.key());
        byte[] content = pod.toYaml().getBytes(UTF_8);
        try {
            if (!isWritten(file, content)) {
                AtomicFiles.write(file, new String(content, UTF_8));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    /** Withdraws what was observed of a pod. */
    public void withdraw(PodKey pod) {
        delete(observation(pod));
    }

    /** Withdraws everything that an earlier run observed of pods other than {@code kept}. */
    public void withdrawAllBut(Set<PodKey> kept) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(observed)) {
            for (Path file : files) {
                if (kept.stream().noneMatch(pod -> observation(pod).equals(file))) {
                    delete(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot clean " + observed, e);
        }
    }

    /**
     * Tells a pod the names of the services.
     *
     * @param dnsCaptured whether questions of the pod to name servers go to its ztunnel
     */
    public void resolve(PodRecord pod, ServiceView services, boolean dnsCaptured) {
        Path folder = folder(pod.key());
        makeFolder(folder);
        rewrite(folder.resolve("hosts"), HostsFile.hosts(pod, services, domain, machine));
        rewrite(folder.resolve("resolv.conf"), HostsFile.resolvConf(pod, domain, dnsCaptured));
    }

    /** Removes all files of a pod. */
    public void remove(PodKey pod) {
        withdraw(pod);
        Path folder = folder(pod);
        delete(folder.resolve("hosts"));
        delete(folder.resolve("resolv.conf"));
        delete(folder);
        // The folder of the namespace goes with its last pod.
        String[] others = pods.resolve(pod.namespace()).toFile().list();
        if (others != null && others.length == 0) {
            delete(pods.resolve(pod.namespace()));
        }
    }

    private Path observation(PodKey pod) {
        return observed.resolve(pod.fileName() + ".yaml");
    }

    private Path folder(PodKey pod) {
        return pods.resolve(pod.namespace()).resolve(pod.name());
    }

    /** Replaces the content but not the file: a running program may have it bound over its own. */
    private static void rewrite(Path file, String text) {
        byte[] content = text.getBytes(UTF_8);
        try {
            if (isWritten(file, content)) {
                return;
            }
            try (FileChannel channel = FileChannel.open(file, CREATE, WRITE)) {
                // Written before it is cut, so that a reader in between misses nothing that stays.
                ByteBuffer bytes = ByteBuffer.wrap(content);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.truncate(content.length);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    private static boolean isWritten(Path file, byte[] content) throws IOException {
        try {
            return Arrays.equals(Files.readAllBytes(file), content);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static void makeFolder(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + folder, e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + file, e);
        }
    }
}
