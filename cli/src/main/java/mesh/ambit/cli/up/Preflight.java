package mesh.ambit.cli.up;

import java.util.ArrayList;
import java.util.List;
import mesh.ambit.config.ConfigException;
import mesh.ambit.linux.Command;
import mesh.ambit.linux.CommandException;
import mesh.ambit.linux.KernelFeature;

/** Whether this machine can carry a mesh at all; asked before anything is changed. */
final class Preflight {
    /** Each line tries one thing in a network namespace that vanishes with the shell. */
    private static final List<Probe> PROBES = List.of(
            new Probe("ip link add probe0 type veth peer name probe1", "kernel feature veth is missing (module veth)"),
            new Probe("ip link add probe2 type bridge", "kernel feature bridge is missing (module bridge)"),
            new Probe(
                    "nft 'add table inet t; add chain inet t c { type nat hook output priority 0; }; "
                            + "add rule inet t c tcp dport 1 redirect to :2'",
                    "kernel feature nf_tables with nat and redirect is missing (modules nf_tables, nft_redir)"));

    private record Probe(String script, String missing) {}

    private Preflight() {}

    /** @throws ConfigException naming every capability, tool and kernel feature that is missing */
    static void require() {
        List<String> problems = new ArrayList<>();
        KernelFeature.missing(KernelFeature.CAP_NET_ADMIN, KernelFeature.CAP_SYS_ADMIN)
                .forEach(feature -> problems.add(feature.explain()));
        if (problems.isEmpty()) {
            probe(problems);
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    private static void probe(List<String> problems) {
        StringBuilder script = new StringBuilder();
        for (int i = 0; i < PROBES.size(); i++) {
            script.append(PROBES.get(i).script())
                    .append(" || echo MISSING ")
                    .append(i)
                    .append('\n');
        }
        try {
            Command.Result result = Command.of("unshare", "--net", "--", "/bin/sh", "-c", script.toString())
                    .run();
            for (int i = 0; i < PROBES.size(); i++) {
                if (result.output().contains("MISSING " + i)) {
                    problems.add(PROBES.get(i).missing() + firstLine(result.errors()));
                }
            }
            if (result.exitCode() != 0 && result.output().isEmpty()) {
                problems.add("cannot make a network namespace" + firstLine(result.errors()));
            }
        } catch (CommandException e) {
            problems.add(String.valueOf(e.getMessage()));
        }
    }

    private static String firstLine(String errors) {
        return errors.lines().findFirst().map(line -> ": " + line.strip()).orElse("");
    }
}
