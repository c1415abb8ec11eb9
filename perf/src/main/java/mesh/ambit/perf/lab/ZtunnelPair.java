package mesh.ambit.perf.lab;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mesh.ambit.node.rules.CaptureOptions;
import mesh.ambit.node.rules.PodRules;
import mesh.ambit.node.zds.ZdsServer;
import mesh.ambit.node.zds.ZdsWorkload;
import mesh.ambit.perf.lab.LabNet.Place;

/** A ztunnel on each of two nodes, ours or somebody else's, captured and configured alike. */
final class ZtunnelPair implements Subject {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final String name;
    private final List<String> command;
    private final String description;
    private final Lab lab;
    private final Node from;
    private final Node to;
    private List<LabProcess> programs = List.of();

    /** A node with its one pod. */
    private record Node(String name, Place place, Place pod, ZdsServer agent) {
        String instance() {
            return place.address().getHostAddress();
        }
    }

    /**
     * Makes nodes and pods.
     *
     * @param command starts a ztunnel that is configured by upstream's environment variables
     * @param number of the subject, for addresses
     */
    ZtunnelPair(String name, List<String> command, String description, Lab lab, int number) throws IOException {
        this.name = name;
        this.command = List.copyOf(command);
        this.description = description;
        this.lab = lab;
        from = node("client", number, 1);
        to = node("server", number, 2);
        BenchMesh.declare(
                lab.controlPlane(), name, from.pod().address(), to.pod().address());
    }

    private Node node(String role, int number, int host) throws IOException {
        String title = BenchMesh.node(name, role);
        Place place = lab.net().attach("node-" + title, "10.78." + number + "." + host);
        Place pod = lab.net().attach("pod-" + title, "10.78." + number + "." + (host + 10));
        PodRules.enrol(pod.namespace(), new CaptureOptions(false, true, false, false, List.of()));
        lab.net().forgetClosedConnections(pod);
        ZdsServer agent = lab.keep(ZdsServer.start(lab.folder().resolve(title + ".sock"), () -> {}));
        agent.add(
                new ZdsWorkload(
                        "uid-" + title, BenchMesh.pod(name, role), BenchMesh.NAMESPACE, BenchMesh.pod(name, role)),
                pod.namespace());
        return new Node(title, place, pod, agent);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public Place client() {
        return from.pod();
    }

    @Override
    public Place server() {
        return to.pod();
    }

    @Override
    public InetSocketAddress target(int port) {
        return new InetSocketAddress(to.pod().address(), port);
    }

    @Override
    public List<LabProcess> programs() {
        return programs;
    }

    @Override
    public boolean isZtunnel() {
        return true;
    }

    @Override
    public Set<String> instances() {
        return Set.of(from.instance(), to.instance());
    }

    @Override
    public void start() {
        programs = List.of(start(from), start(to));
    }

    private LabProcess start(Node node) {
        Map<String, String> environment = new HashMap<>(lab.controlPlane().environment());
        environment.put("PROXY_MODE", "shared");
        environment.put("INPOD_UDS", lab.folder().resolve(node.name() + ".sock").toString());
        environment.put("NODE_NAME", node.name());
        environment.put("CLUSTER_ID", "Kubernetes");
        environment.put("INSTANCE_IP", node.instance());
        // What is still open when a run ends need not be waited for.
        environment.put("CONNECTION_TERMINATION_DEADLINE", "1s");
        environment.put("AMBIT_NO_BUILD", "1");
        return lab.start("ztunnel-" + node.name(), node.place(), command, environment);
    }

    @Override
    public void stopClientSide() {
        programs.getFirst().end(PATIENCE);
    }

    @Override
    public void startClientSide() {
        programs = List.of(start(from), programs.getLast());
    }

    @Override
    public void stop() {
        programs.forEach(program -> program.end(PATIENCE));
        programs = List.of();
    }
}
