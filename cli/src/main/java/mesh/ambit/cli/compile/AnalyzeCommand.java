package mesh.ambit.cli.compile;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import mesh.ambit.cli.terminal.OutputOption;
import mesh.ambit.cli.terminal.Terminal;
import mesh.ambit.config.AmbitVersion;
import mesh.ambit.config.Environment;
import mesh.ambit.config.ExitCode;
import mesh.ambit.istiod.app.Analysis;
import mesh.ambit.istiod.app.Analysis.Finding;
import mesh.ambit.istiod.app.Analysis.Severity;
import mesh.ambit.kube.FolderException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ambit analyze}: what is wrong with a folder. */
@Command(
        name = "analyze",
        mixinStandardHelpOptions = true,
        versionProvider = AmbitVersion.class,
        description = "Says what is wrong with a folder, and what in it does not do what it seems to.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ambit analyze shop/",
            "  ambit analyze shop/ -o json --failure-threshold warning",
            "",
            "Ends with 0, or with 1 when there is a finding of the threshold or worse."
        })
public final class AnalyzeCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FOLDER", description = "Folder of Kubernetes objects in YAML.")
    private Path folder = Path.of("");

    @Mixin
    private OutputOption output = new OutputOption();

    @Option(
            names = "--failure-threshold",
            paramLabel = "LEVEL",
            description = "error or warning: what counts as failure (default: error).")
    private Severity threshold = Severity.ERROR;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        return run(Terminal.standardOutput());
    }

    int run(Terminal out) {
        Analysis analysis;
        try {
            analysis = Analysis.of(folder, Environment.of(System.getenv()));
        } catch (FolderException e) {
            spec.commandLine().getErr().println("ambit: " + e.problem().message());
            spec.commandLine().getErr().flush();
            return ExitCode.USAGE;
        }
        if (output.isTable()) {
            analysis.findings().forEach(finding -> out.line(line(finding)));
            out.line(summary(analysis));
        } else {
            Map<String, Object> all = new TreeMap<>();
            all.put(
                    "findings",
                    analysis.findings().stream().map(AnalyzeCommand::document).toList());
            if (!analysis.passedOver().isEmpty()) {
                all.put("passedOver", analysis.passedOver());
            }
            out.line(output.print(all));
        }
        return analysis.reaches(threshold) ? ExitCode.FAILED : ExitCode.OK;
    }

    /** Returns a finding as people and editors read it: severity, place, object, field, reason, remedy, code. */
    private static String line(Finding finding) {
        StringBuilder line = new StringBuilder(word(finding.severity())).append(": ");
        if (!finding.file().isEmpty()) {
            line.append(finding.file());
            if (finding.line() > 0) {
                line.append(':').append(finding.line());
                if (finding.column() > 0) {
                    line.append(':').append(finding.column());
                }
            }
            line.append(": ");
        }
        for (String part : List.of(finding.object(), finding.field())) {
            if (!part.isEmpty()) {
                line.append(part).append(": ");
            }
        }
        line.append(finding.reason());
        if (!finding.remedy().isEmpty()) {
            line.append(" (").append(finding.remedy()).append(')');
        }
        return line.append(" [").append(finding.code()).append(']').toString();
    }

    private static String summary(Analysis analysis) {
        long errors = analysis.findings().stream()
                .filter(finding -> finding.severity() == Severity.ERROR)
                .count();
        String counts =
                counted(errors, "error") + ", " + counted(analysis.findings().size() - errors, "warning");
        if (analysis.passedOver().isEmpty()) {
            return counts;
        }
        StringJoiner kinds = new StringJoiner(", ", "; passed over: ", "");
        analysis.passedOver().forEach((kind, times) -> kinds.add(times + " " + kind));
        return counts + kinds;
    }

    private static String counted(long count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    private static Map<String, Object> document(Finding finding) {
        Map<String, Object> document = new TreeMap<>();
        document.put("severity", word(finding.severity()));
        document.put("code", finding.code());
        document.put("object", finding.object());
        document.put("field", finding.field());
        document.put("reason", finding.reason());
        document.put("remedy", finding.remedy());
        if (!finding.file().isEmpty()) {
            document.put("file", finding.file());
        }
        if (finding.line() > 0) {
            document.put("line", finding.line());
        }
        if (finding.column() > 0) {
            document.put("column", finding.column());
        }
        return document;
    }

    private static String word(Severity severity) {
        return severity.name().toLowerCase(Locale.ROOT);
    }
}
