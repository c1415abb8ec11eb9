package mesh.ambit.node.pods;

import static java.util.Objects.requireNonNull;

import java.net.InetAddress;
import java.util.List;
import mesh.ambit.node.rules.CaptureOptions;
import org.jspecify.annotations.Nullable;

/**
 * A pod of this node as it should be.
 *
 * @param uid as declared, or empty to have one made up
 * @param addresses as declared, or empty to have them assigned
 * @param adopted path or name of an existing network namespace that stands for the pod, null to have one made
 * @param inMesh whether its traffic is to be captured, by the rules for {@code capture}
 */
public record PodSpec(
        PodKey key,
        String uid,
        String serviceAccount,
        List<InetAddress> addresses,
        @Nullable String adopted,
        boolean inMesh,
        CaptureOptions capture) {
    public PodSpec {
        requireNonNull(key, "key");
        requireNonNull(uid, "uid");
        requireNonNull(serviceAccount, "serviceAccount");
        addresses = List.copyOf(addresses);
        requireNonNull(capture, "capture");
    }
}
