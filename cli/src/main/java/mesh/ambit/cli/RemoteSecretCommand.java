package mesh.ambit.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import mesh.ambit.cli.terminal.Output;
import mesh.ambit.cli.terminal.Terminal;
import mesh.ambit.config.AmbitVersion;
import mesh.ambit.config.ExitCode;
import mesh.ambit.istiod.app.RemoteSecret;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ambit create-remote-secret}: how controllers of other clusters get to read this one. */
@Command(
        name = "create-remote-secret",
        mixinStandardHelpOptions = true,
        versionProvider = AmbitVersion.class,
        description = "Prints the Secret by which controllers of other clusters read one.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ambit create-remote-secret --kubeconfig west.yaml --name west \\",
            "    | kubectl --kubeconfig east.yaml apply -f -",
            "  ambit create-remote-secret --context west --server https://west:6443",
            "",
            "What is printed has a token in it, good for as long as the account is there.",
            "The account and its rights are made if they are not there; the controller's",
            "chart makes them too, with remoteReader=true."
        })
final class RemoteSecretCommand implements Callable<Integer> {
    @Option(
            names = {"-c", "--kubeconfig"},
            paramLabel = "FILE",
            description = "How to reach the cluster that is to be read (default: as for any client).")
    private @Nullable Path kubeconfig;

    @Option(names = "--context", paramLabel = "NAME", description = "Context of the kubeconfig (default: its current).")
    private @Nullable String context;

    @Option(
            names = {"-n", "--namespace", "-i", "--istioNamespace"},
            paramLabel = "NAME",
            description = "Namespace of the controller, in both clusters (default: ${DEFAULT-VALUE}).")
    private String namespace = "istio-system";

    @Option(
            names = "--name",
            paramLabel = "ID",
            description = "ID of the cluster that is to be read (default: the uid of its namespace kube-system).")
    private String name = "";

    @Option(
            names = "--service-account",
            paramLabel = "NAME",
            description = "As whom it is read (default: ${DEFAULT-VALUE}).")
    private String account = RemoteSecret.DEFAULT_ACCOUNT;

    @Option(
            names = "--create-service-account",
            paramLabel = "true|false",
            arity = "0..1",
            fallbackValue = "true",
            description = "Whether that account, its rights and its token are made if they are not there (default:"
                    + " ${DEFAULT-VALUE}).")
    private boolean create = true;

    @Option(
            names = "--secret-name",
            paramLabel = "NAME",
            description = "The Secret with the account's token (default: the first that has one).")
    private String secretName = "";

    @Option(
            names = "--server",
            paramLabel = "URL",
            description = "Where the other cluster finds the API server (default: as in the kubeconfig).")
    private String server = "";

    @Option(
            names = "--tls-server-name",
            paramLabel = "NAME",
            description = "What the API server's certificate has to name, if not that.")
    private String tlsServerName = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "yaml or json (default: yaml).")
    private Format format = Format.YAML;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** The forms of the Secret. */
    enum Format {
        YAML(Output.YAML),
        JSON(Output.JSON);

        private final Output output;

        Format(Output output) {
            this.output = output;
        }
    }

    @Override
    public Integer call() throws IOException {
        return run(Terminal.standardOutput());
    }

    int run(Terminal out) throws IOException {
        RemoteSecret.Made made = RemoteSecret.of(kubeconfig, context, wish());
        if (!made.warning().isEmpty()) {
            spec.commandLine().getErr().println("ambit: " + made.warning());
            spec.commandLine().getErr().flush();
        }
        out.line(format.output.print(made.secret()));
        return ExitCode.OK;
    }

    private RemoteSecret.Wish wish() {
        try {
            return new RemoteSecret.Wish(name, namespace, account, secretName, server, tlsServerName, create);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }
}
