package mesh.ambit.node.pods;

import static java.util.Objects.requireNonNull;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;

/**
 * A pod that exists, with all that is needed to take it away again.
 *
 * @param netns file that stands for its network namespace
 * @param ownsNetns whether the namespace was made by us and goes with the pod
 * @param port our end of its link to the fabric, empty where the pod has links of somebody else
 */
public record PodRecord(
        PodKey key, String uid, Path netns, boolean ownsNetns, String port, List<InetAddress> addresses) {
    public PodRecord {
        requireNonNull(key, "key");
        requireNonNull(uid, "uid");
        requireNonNull(netns, "netns");
        requireNonNull(port, "port");
        addresses = List.copyOf(addresses);
    }
}
