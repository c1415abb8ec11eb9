package mesh.ambit.cli.up;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is run where: the programs of a mesh with their commands and environments. Pure. */
final class Programs {
    static final String CONTROLLER = "istiod-lite";
    static final String NODE_SETUP = "node-setup";
    static final String ZTUNNEL = "ztunnel";

    static final String FABRIC = "ambit-fabric";
    static final String CONTROLLER_ADDRESS = "10.77.0.1";
    static final String CONTROLLER_ADDRESS6 = "fd77::1";

    /** A process namespace is of use only with a /proc of its own, which nested containers may be denied. */
    private static final String CONTAINED = "contained='unshare --pid --fork --kill-child --mount-proc --'; "
            + "if $contained true 2>/dev/null; then exec $contained /bin/sh -c \"$1\"; else exec /bin/sh -c \"$1\"; fi";

    private static final String MAIN = "mesh.ambit.cli.Main";

    /** A controller whose cache is recorded has read a cluster first: this mesh has none. */
    private static final String REHEARSED_MAIN = "mesh.ambit.cli.RehearsedMain";

    private final Jvm jvm;
    private final StateFolder state;
    private final Path folder;
    private final Map<String, String> environment;
    private final @Nullable Path recording;

    /**
     * Creates the programs of one mesh.
     *
     * @param environment what every program gets beside what it inherits
     * @param recording where each leaves a recording for its start-up cache when it ends; null for nowhere
     */
    Programs(Jvm jvm, StateFolder state, Path folder, Map<String, String> environment, @Nullable Path recording) {
        this.jvm = jvm;
        this.state = state;
        this.folder = folder;
        this.environment = Map.copyOf(environment);
        this.recording = recording;
    }

    Program controller() {
        List<String> arguments = List.of(
                "--folder",
                folder.toString(),
                "--state",
                state.root().toString(),
                "--address",
                CONTROLLER_ADDRESS,
                "--address",
                CONTROLLER_ADDRESS6);
        return new Program(CONTROLLER, CONTROLLER, null, FABRIC, ours(CONTROLLER, arguments), environment);
    }

    /**
     * Returns the node-setup of a node.
     *
     * @param dns whether the node's ztunnel answers DNS
     */
    Program nodeSetup(MeshNode node, boolean dns) {
        Map<String, String> all = new LinkedHashMap<>(environment);
        if (!dns) {
            all.put("AMBIENT_DNS_CAPTURE", "false");
        }
        List<String> arguments = List.of(
                "--folder", folder.toString(),
                "--state", state.root().toString(),
                "--node", node.name(),
                "--pod-cidr", node.podCidr(),
                "--pod-cidr6", node.podCidr6());
        return new Program(
                NODE_SETUP + "-" + node.name(), NODE_SETUP, node.name(), null, ours(NODE_SETUP, arguments), all);
    }

    Program ztunnel(Instance instance) {
        return ztunnel(instance, ours(ZTUNNEL, List.of()), Map.of());
    }

    /**
     * Returns another ztunnel in the place of ours: {@code command} is for a shell.
     *
     * <p>It gets a process namespace of its own where the kernel allows that, since we cannot know what else it starts:
     * with its first process, the kernel ends all of it. DNS capture is off, in its pods too: whether it answers is
     * unknown.
     */
    Program foreignZtunnel(Instance instance, String command) {
        return ztunnel(
                instance,
                List.of("/bin/sh", "-c", CONTAINED, "sh", command),
                Map.of("ISTIO_META_DNS_CAPTURE", "false"));
    }

    private Program ztunnel(Instance instance, List<String> command, Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(environment);
        all.putAll(ztunnelEnvironment(instance));
        all.putAll(more);
        return new Program(instance.program(), ZTUNNEL, instance.node(), instance.namespace(), command, all);
    }

    /** Returns what a ztunnel, ours or upstream's, needs to find its mesh. */
    Map<String, String> ztunnelEnvironment(Instance instance) {
        Map<String, String> variables = new LinkedHashMap<>();
        String controller = "https://" + CONTROLLER_ADDRESS + ":15012";
        variables.put("XDS_ADDRESS", controller);
        variables.put("CA_ADDRESS", controller);
        variables.put("XDS_ROOT_CA", state.rootCertificate().toString());
        variables.put("CA_ROOT_CA", state.rootCertificate().toString());
        variables.put("AUTH_TOKEN", state.token(instance.node()).toString());
        variables.put("INPOD_UDS", state.ztunnelSocket(instance.node()).toString());
        variables.put("NODE_NAME", instance.node());
        variables.put("INSTANCE_IP", instance.address());
        variables.put("CLUSTER_ID", "Kubernetes");
        variables.put("POD_NAME", "ztunnel-" + instance.node());
        variables.put("POD_NAMESPACE", "istio-system");
        variables.put("SERVICE_ACCOUNT", "ztunnel");
        return variables;
    }

    /** Returns the file {@code nodes/NODE/env}: lines that a shell can read with {@code .}. */
    String environmentFile(Instance instance) {
        return ztunnelEnvironment(instance).entrySet().stream()
                .map(each -> each.getKey() + "=" + quote(each.getValue()) + "\n")
                .collect(Collectors.joining());
    }

    /** Returns {@code value} as one word of a shell. */
    static String quote(String value) {
        return value.matches("[A-Za-z0-9_./:@%+=,-]*") ? value : "'" + value.replace("'", "'\\''") + "'";
    }

    private List<String> ours(String command, List<String> arguments) {
        List<String> all = new ArrayList<>();
        all.add(command);
        all.addAll(arguments);
        if (recording == null) {
            return jvm.command(jvm.programOptions(command), MAIN, all);
        }
        return jvm.command(
                Jvm.recordingOptions(command, recording), command.equals(CONTROLLER) ? REHEARSED_MAIN : MAIN, all);
    }
}
