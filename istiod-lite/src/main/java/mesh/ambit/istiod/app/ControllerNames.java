package mesh.ambit.istiod.app;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import mesh.ambit.istiod.issuer.Subject;

/** What a controller is called: by clients, in answers, and among its replicas. */
final class ControllerNames {
    private ControllerNames() {}

    /** Returns which of several controllers this is: the pod's name, where there is one. */
    static String replica() {
        String pod = System.getenv("POD_NAME");
        if (pod != null && !pod.isEmpty()) {
            return pod;
        }
        String host = System.getenv("HOSTNAME");
        return host == null || host.isEmpty() ? "istiod-lite" : host;
    }

    /** Returns what no other controller calls itself, not even a former one of the same pod; another with each call. */
    static String identity() {
        return replica() + "_" + UUID.randomUUID();
    }

    /** Returns every name under which the reference's clients know a controller, and where this one listens. */
    static Subject.Server serving(IstiodLiteConfig config) {
        String system = config.mesh().systemNamespace();
        List<String> names = new ArrayList<>(List.of(
                "istiod.istio-system.svc",
                "istiod." + system + ".svc",
                "istiod-remote." + system + ".svc",
                "istio-pilot." + system + ".svc"));
        String revision = config.mesh().revision();
        if (!revision.isEmpty() && !revision.equals("default")) {
            names.add("istiod-" + revision + "." + system + ".svc");
        }
        names.addAll(config.customHosts());
        names.add("localhost");
        Stream<InetAddress> loopback = Stream.of("127.0.0.1", "::1").map(InetAddress::ofLiteral);
        return new Subject.Server(
                names.stream().distinct().toList(),
                Stream.concat(config.addresses().stream(), loopback).distinct().toList());
    }
}
