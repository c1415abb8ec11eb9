package mesh.ambit.cli.up;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import mesh.ambit.kube.ObservedPods;

/** What node-setup has written down of a pod. */
public final class ObservedPod {
    private ObservedPod() {}

    /** Returns whether the pod's traffic is captured, as its node says. */
    public static boolean isRedirected(StateFolder state, String node, String namespace, String pod) {
        try {
            return Files.readAllLines(state.observed(node, namespace, pod)).stream()
                    .anyMatch(line -> line.contains(ObservedPods.REDIRECTION_ANNOTATION) && line.contains("enabled"));
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read what is observed of " + namespace + "/" + pod, e);
        }
    }
}
