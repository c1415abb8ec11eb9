package mesh.ambit.perf.app;

import mesh.ambit.config.ExitCode;
import picocli.CommandLine;

/** The program behind {@code ./ambit bench}. */
public final class Main {
    private Main() {}

    /** Runs the command and ends with its exit code. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new BenchCommand());
        line.setUsageHelpAutoWidth(true);
        line.setExecutionExceptionHandler((problem, command, parsed) -> {
            command.getErr().println("ambit bench: " + problem.getMessage());
            if ("1".equals(System.getenv("AMBIT_TRACE"))) {
                problem.printStackTrace(command.getErr());
            }
            return ExitCode.FAILED;
        });
        return line;
    }
}
