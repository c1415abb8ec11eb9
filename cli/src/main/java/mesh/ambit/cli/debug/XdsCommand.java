package mesh.ambit.cli.debug;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import mesh.ambit.config.AmbitVersion;
import mesh.ambit.config.ConfigException;
import mesh.ambit.config.Durations;
import mesh.ambit.config.ExitCode;
import mesh.ambit.linux.NetNs;
import mesh.ambit.xds.AdsWatch;
import mesh.ambit.xds.AdsWatch.Event;
import mesh.ambit.xds.AdsWatch.Subscription;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code ambit debug xds}: what a controller tells a proxy. */
@Command(
        name = "xds",
        mixinStandardHelpOptions = true,
        versionProvider = AmbitVersion.class,
        description =
                "Prints what a controller, ours or upstream's, tells a proxy: each update and removal as it comes.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ambit debug xds --node node-a",
            "  ambit debug xds --node node-a --once -o json",
            "  ambit debug xds --node node-a --name /10.77.0.5",
            "  ambit debug xds --address localhost:15010 --plaintext",
            "",
            "Ends when it is told to, with 1 when the stream ended before that."
        })
final class XdsCommand implements Callable<Integer> {
    @Mixin
    private XdsOptions options = new XdsOptions();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "text, or json: one object a line, with the resource (default: text).")
    private Format format = Format.TEXT;

    @Option(names = "--once", description = "End when every type was answered once.")
    private boolean once;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            description = "End after this long, for example 30s.")
    private @Nullable Duration time;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** How events are printed. */
    enum Format {
        TEXT,
        JSON
    }

    /** Reads {@code 30s}. */
    static final class TimeConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            try {
                return Durations.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        try (NetNs namespace = options.openNamespace()) {
            // Threads are where those are that start them, so all that come to be in there make their sockets in there.
            return namespace == null
                    ? run(out, InstantSource.system())
                    : namespace.call(() -> run(out, InstantSource.system()));
        }
    }

    int run(PrintStream out, InstantSource clock) throws InterruptedException {
        List<Subscription> subscriptions = options.subscriptions();
        Printer printer = new Printer(out, clock, subscriptions);
        try (AdsWatch _ = open(subscriptions, printer)) {
            return printer.end(time);
        }
    }

    private AdsWatch open(List<Subscription> subscriptions, Printer printer) {
        try {
            return AdsWatch.open(options.controlPlane(), options.plaintext(), options.node(), subscriptions, printer);
        } catch (IllegalArgumentException e) {
            throw new ConfigException(List.of(String.valueOf(e.getMessage())));
        }
    }

    private final class Printer implements AdsWatch.Listener {
        private final Gson gson = new GsonBuilder().disableHtmlEscaping().create();
        private final PrintStream out;
        private final InstantSource clock;
        private final Set<String> unanswered = new HashSet<>();
        private final CompletableFuture<Integer> end = new CompletableFuture<>();

        Printer(PrintStream out, InstantSource clock, List<Subscription> subscriptions) {
            this.out = out;
            this.clock = clock;
            subscriptions.forEach(subscription -> unanswered.add(
                    subscription.type().substring(subscription.type().indexOf('/') + 1)));
        }

        int end(@Nullable Duration limit) throws InterruptedException {
            try {
                return limit == null ? end.get() : end.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                return ExitCode.OK;
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            }
        }

        @Override
        public void event(Event event) {
            if (end.isDone()) {
                return;
            }
            Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
            switch (event) {
                case AdsWatch.Updated updated -> print(format == Format.JSON ? json(now, updated) : text(now, updated));
                case AdsWatch.Removed removed -> print(format == Format.JSON ? json(now, removed) : text(now, removed));
                case AdsWatch.Answered answered -> {
                    unanswered.remove(answered.type());
                    if (once && unanswered.isEmpty()) {
                        end.complete(ExitCode.OK);
                    }
                }
            }
        }

        private String json(Instant now, AdsWatch.Updated updated) {
            JsonObject line = line(now, "updated", updated);
            line.addProperty("name", updated.name());
            if (!updated.version().isEmpty()) {
                line.addProperty("version", updated.version());
            }
            if (!updated.aliases().isEmpty()) {
                JsonArray aliases = new JsonArray();
                updated.aliases().forEach(aliases::add);
                line.add("aliases", aliases);
            }
            line.add("resource", updated.resource());
            return gson.toJson(line);
        }

        private String json(Instant now, AdsWatch.Removed removed) {
            JsonObject line = line(now, "removed", removed);
            line.addProperty("name", removed.name());
            return gson.toJson(line);
        }

        private static JsonObject line(Instant now, String event, Event of) {
            JsonObject line = new JsonObject();
            line.addProperty("time", now.toString());
            line.addProperty("event", event);
            line.addProperty("type", of.type());
            return line;
        }

        private static String text(Instant now, AdsWatch.Updated updated) {
            return (now + "  updated  " + updated.type() + "  " + updated.name() + "  " + updated.version())
                    .stripTrailing();
        }

        private static String text(Instant now, AdsWatch.Removed removed) {
            return now + "  removed  " + removed.type() + "  " + removed.name();
        }

        private void print(String line) {
            out.println(line);
            // Also flushes; a reader that went away is no error.
            if (out.checkError()) {
                end.complete(ExitCode.OK);
            }
        }

        @Override
        public void ended(String reason) {
            if (!end.isDone()) {
                spec.commandLine().getErr().println("ambit: the stream ended: " + reason);
                spec.commandLine().getErr().flush();
                end.complete(ExitCode.FAILED);
            }
        }
    }
}
