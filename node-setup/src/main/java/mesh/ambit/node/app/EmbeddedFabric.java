package mesh.ambit.node.app;

import java.io.File;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import mesh.ambit.linux.NetNs;
import mesh.ambit.node.pods.Fabric;
import mesh.ambit.node.pods.PodJournal;
import mesh.ambit.node.pods.PodKey;
import mesh.ambit.node.pods.PodNetworks;
import mesh.ambit.node.pods.PodRecord;
import org.jspecify.annotations.Nullable;

/**
 * The network of an embedded mesh, for the program that starts the others: makes it, hangs ztunnel instances to it,
 * and takes it away. Idempotent; needs a platform thread and the rights to make namespaces.
 */
public final class EmbeddedFabric {
    /** What the names of ztunnel instances' namespaces begin with. */
    public static final String INSTANCE_PREFIX = "ambit_ztunnel_";

    private EmbeddedFabric() {}

    /** Makes the fabric with its bridge and the controller's addresses if need be, and returns its namespace's file. */
    public static Path ensure() {
        Fabric.ensure().close();
        return NetNs.NAMED.resolve(Fabric.NAME);
    }

    /**
     * Makes the namespace {@code name} if need be and links it to the bridge: {@code eth0} with {@code addresses}.
     *
     * @return the namespace's file
     */
    public static Path attach(String name, List<InetAddress> addresses) {
        Path path = NetNs.NAMED.resolve(name);
        try (Fabric fabric = Fabric.ensure();
                NetNs namespace = Fabric.named(name)) {
            fabric.attach(path, namespace, addresses);
        }
        return path;
    }

    /** Cuts the link of the namespace {@code name} and removes it, as far as either is there. */
    public static void remove(String name) {
        if (Fabric.exists()) {
            try (Fabric fabric = Fabric.ensure()) {
                fabric.detach(Fabric.portName(NetNs.NAMED.resolve(name)));
            }
        }
        Fabric.remove(name);
    }

    /**
     * Returns the file of the network namespace that stands for a pod, be it one that its node made or one that the pod's
     * annotation names; null when no node below {@code state} has such a pod, or the namespace is gone.
     *
     * @throws java.io.UncheckedIOException if what a node has written down of it cannot be read
     */
    public static @Nullable Path namespaceOf(Path state, String namespace, String pod) {
        for (File node : nodes(state)) {
            PodRecord found = PodJournal.find(node.toPath().resolve("pods"), new PodKey(namespace, pod));
            if (found != null && Files.exists(found.netns())) {
                return found.netns();
            }
        }
        return null;
    }

    /** Removes what is left of a mesh whose programs are all gone: pods by the journals below {@code state}, the rest. */
    public static void sweep(Path state) {
        for (File node : nodes(state)) {
            new PodJournal(node.toPath().resolve("pods")).read().forEach(PodNetworks::sweep);
        }
        sweep();
    }

    /** Returns the folders in which the programs of nodes keep what is theirs. */
    private static File[] nodes(Path state) {
        File[] nodes = state.resolve("node-setup").toFile().listFiles(File::isDirectory);
        return nodes == null ? new File[0] : nodes;
    }

    /** Removes instances and the fabric; pods stay. */
    public static void sweep() {
        String[] names = NetNs.NAMED.toFile().list();
        for (String name : names == null ? new String[0] : names) {
            if (name.startsWith(INSTANCE_PREFIX)) {
                remove(name);
            }
        }
        // The links of everything that hung on the bridge go with it.
        Fabric.remove(Fabric.NAME);
    }
}
