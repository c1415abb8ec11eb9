package mesh.ambit.istiod.proxyless;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import mesh.ambit.kube.KubeObject;

/** Collects what a resource cannot say of the objects behind it; one thread. */
final class Remarks {
    private final Set<String> sentences = new LinkedHashSet<>();

    /** Notes that {@code what} of {@code object} is not, or not so, done by gRPC clients. */
    void add(KubeObject object, String what) {
        sentences.add("gRPC clients: " + object.key() + ": " + what);
    }

    List<String> all() {
        return new ArrayList<>(sentences);
    }
}
