package mesh.ambit.perf.app;

import java.io.PrintWriter;
import mesh.ambit.config.ExitCode;
import picocli.CommandLine;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program behind {@code ./ambit bench}. */
public final class Main {
    private Main() {}

    /** Runs the command and ends with its exit code. */
    public static void main(String[] arguments) {
        // Any will do: Netty would look for a network card and warn where there is none.
        System.setProperty("io.netty.machineId", "02:00:00:00:00:00:00:01");
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new BenchCommand());
        line.setUsageHelpAutoWidth(true);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExpandAtFiles(false);
        line.setParameterExceptionHandler((problem, _) -> {
            PrintWriter err = problem.getCommandLine().getErr();
            String name = problem.getCommandLine().getCommandSpec().qualifiedName();
            err.println(name + ": " + problem.getMessage());
            UnmatchedArgumentException.printSuggestions(problem, err);
            err.println("Try: " + name + " --help");
            return ExitCode.USAGE;
        });
        line.setExecutionExceptionHandler((problem, command, parsed) -> {
            if (Cleanup.isEnding()) {
                return ExitCode.FAILED;
            }
            String reason = problem.getMessage();
            command.getErr()
                    .println("ambit bench: "
                            + (reason == null ? problem.getClass().getSimpleName() : reason));
            if ("1".equals(System.getenv("AMBIT_TRACE"))) {
                problem.printStackTrace(command.getErr());
            }
            return ExitCode.FAILED;
        });
        return line;
    }
}
