package mesh.ambit.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import mesh.ambit.cli.terminal.Output;
import mesh.ambit.cli.terminal.Terminal;
import mesh.ambit.config.AmbitVersion;
import mesh.ambit.config.ExitCode;
import mesh.ambit.istiod.app.RemoteSecret;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

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
            description =
                    "As whom it is read (default: " + RemoteSecret.DEFAULT_ACCOUNT + "; istiod with --type config).")
    private String account = "";

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
            names = "--type",
            paramLabel = "TYPE",
            description = "What the Secret is for: remote, a cluster whose services and pods count, or config, the one"
                    + " that a controller outside of it takes its settings from (default: remote).")
    private RemoteSecret.Use use = RemoteSecret.Use.REMOTE;

    @Option(
            names = "--auth-type",
            paramLabel = "TYPE",
            converter = AuthType.Converter.class,
            description = "What is in the Secret to be let in with: bearer-token, or plugin, the name of a provider of"
                    + " credentials that its reader has to know (default: bearer-token).")
    private AuthType authType = AuthType.BEARER_TOKEN;

    @Option(names = "--auth-plugin-name", paramLabel = "NAME", description = "That provider, with --auth-type plugin.")
    private String pluginName = "";

    @Option(
            names = "--auth-plugin-config",
            paramLabel = "KEY=VALUE",
            split = ",",
            description = "What that provider is told. Repeatable.")
    private Map<String, String> pluginConfig = new TreeMap<>();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "yaml or json (default: yaml).")
    private Format format = Format.YAML;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** What is in the Secret to be let in with. */
    enum AuthType {
        BEARER_TOKEN("bearer-token"),
        PLUGIN("plugin");

        private final String text;

        AuthType(String text) {
            this.text = text;
        }

        /** Reads the reference's words. */
        static final class Converter implements ITypeConverter<AuthType> {
            @Override
            public AuthType convert(String text) {
                for (AuthType type : AuthType.values()) {
                    if (type.text.equals(text)) {
                        return type;
                    }
                }
                throw new TypeConversionException("expected bearer-token or plugin, not '" + text + "'");
            }
        }
    }

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
            return new RemoteSecret.Wish(
                    name, namespace, account, secretName, server, tlsServerName, create, use, plugin());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private RemoteSecret.@Nullable Plugin plugin() {
        boolean wanted = authType == AuthType.PLUGIN;
        if (wanted == pluginName.isEmpty() || (!wanted && !pluginConfig.isEmpty())) {
            throw new ParameterException(
                    spec.commandLine(), "--auth-type plugin and --auth-plugin-name belong together");
        }
        return wanted ? new RemoteSecret.Plugin(pluginName, pluginConfig) : null;
    }
}
