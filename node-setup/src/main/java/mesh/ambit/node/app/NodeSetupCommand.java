package mesh.ambit.node.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import mesh.ambit.config.AmbitVersion;
import mesh.ambit.config.ConfigException;
import mesh.ambit.config.Environment;
import mesh.ambit.config.ExitCode;
import mesh.ambit.kube.FolderException;
import mesh.ambit.linux.CommandException;
import mesh.ambit.linux.KernelFeature;
import mesh.ambit.linux.LinuxException;
import mesh.ambit.linux.ProcessLifeline;
import mesh.ambit.linux.StartPages;
import mesh.ambit.node.rules.PodRules;
import mesh.ambit.telemetry.Logging;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code node-setup}: runs in the foreground until it is told to end. */
@Command(
        name = "node-setup",
        mixinStandardHelpOptions = true,
        versionProvider = AmbitVersion.class,
        sortOptions = false,
        description = {
            "Puts one node into the mesh: makes its pods as network namespaces, redirects their traffic and hands"
                    + " them to ztunnel.",
            ""
        },
        footer = {
            "",
            "Environment:",
            "  ZTUNNEL_UDS_ADDRESS    socket for ztunnel",
            "                         (default: STATE/nodes/NODE/ztunnel.sock)",
            "  AMBIT_GRACEFUL_ENROL   leave connections from before enrolment alone",
            "                         (default: true)",
            "  AMBIT_DRAIN_PERIOD     how long captured connections may go on after a pod",
            "                         has left (default: 30s)",
            "  AMBIT_VERIFY_INTERVAL  how often rules in force are looked up in the kernel",
            "                         (default: 30s)",
            "  AMBIENT_IPV6           capture IPv6 too (default: true)",
            "  AMBIENT_DNS_CAPTURE    have ztunnel answer pods' DNS; needs one that does",
            "                         (default: true)",
            "  RUST_LOG, LOG_FORMAT   what is logged, and as plain or json"
        })
public final class NodeSetupCommand implements Callable<Integer> {
    @Option(
            names = "--folder",
            required = true,
            paramLabel = "DIR",
            description = "Folder of Kubernetes objects as YAML, watched.")
    private Path folder = Path.of("");

    @Option(
            names = "--state",
            required = true,
            paramLabel = "DIR",
            description = "Folder of the mesh's own files, shared with its other programs.")
    private Path state = Path.of("");

    @Option(
            names = "--node",
            defaultValue = "local",
            paramLabel = "NODE",
            description = "Name of this node (default: ${DEFAULT-VALUE}).")
    private String node = "local";

    @Option(
            names = "--pod-cidr",
            defaultValue = "10.77.1.0/24",
            paramLabel = "CIDR",
            description = "IPv4 addresses for pods that declare none (default: ${DEFAULT-VALUE}).")
    private String podCidr = "";

    @Option(
            names = "--pod-cidr6",
            defaultValue = "fd77:0:0:1::/64",
            paramLabel = "CIDR",
            description = "The same for IPv6 (default: ${DEFAULT-VALUE}).")
    private String podCidr6 = "";

    @Option(
            names = "--domain",
            defaultValue = "cluster.local",
            paramLabel = "DOMAIN",
            description = "Last part of services' names (default: ${DEFAULT-VALUE}).")
    private String domain = "";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        NodeSetupConfig config;
        try {
            config = NodeSetupConfig.of(
                    new NodeSetupConfig.Flags(folder, state, node, podCidr, podCidr6, domain),
                    Environment.of(System.getenv()));
        } catch (ConfigException e) {
            return refuse(e.problems());
        }
        List<String> missing = missing();
        if (!missing.isEmpty()) {
            return refuse(missing);
        }
        ProcessLifeline.raiseOpenFiles();
        try (Logging _ = startLogging(config)) {
            StartPages.releaseWhenSettled();
            return run(new NodeSetup(config));
        } catch (FolderException e) {
            return refuse(List.of(e.problem().message()));
        } catch (ConfigException e) {
            return refuse(e.problems());
        } catch (IOException | UncheckedIOException | CommandException | LinuxException e) {
            spec.commandLine().getErr().println("node-setup: " + e.getMessage());
            return ExitCode.FAILED;
        }
    }

    private static Logging startLogging(NodeSetupConfig config) {
        return Logging.start(config.logFilter(), config.logFormat(), System.out);
    }

    /** Runs on this thread; a signal has it clean up before the process ends. */
    private static int run(NodeSetup nodeSetup) throws IOException {
        CountDownLatch ended = new CountDownLatch(1);
        Thread hook = Thread.ofPlatform().name("stop").unstarted(() -> {
            nodeSetup.stop();
            try {
                ended.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            nodeSetup.run();
            return ExitCode.OK;
        } finally {
            ended.countDown();
        }
    }

    private static List<String> missing() {
        List<String> missing = new ArrayList<>();
        List<KernelFeature> rights = KernelFeature.missing(KernelFeature.CAP_NET_ADMIN, KernelFeature.CAP_SYS_ADMIN);
        rights.forEach(right -> missing.add(right.explain()));
        // Without the right to ask, the answer would mislead.
        if (rights.isEmpty() && !KernelFeature.NF_TABLES.isPresent()) {
            missing.add(KernelFeature.NF_TABLES.explain());
        }
        missing.addAll(PodRules.missingTools());
        return missing;
    }

    private int refuse(List<String> problems) {
        problems.forEach(problem -> spec.commandLine().getErr().println("node-setup: " + problem));
        return ExitCode.USAGE;
    }
}
