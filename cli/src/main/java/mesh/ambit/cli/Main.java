package mesh.ambit.cli;

import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mesh.ambit.cli.up.MeshException;
import mesh.ambit.config.ConfigException;
import mesh.ambit.config.ExitCode;
import mesh.ambit.istiod.app.IstiodLiteCommand;
import mesh.ambit.ztunnel.app.ZtunnelCommand;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The program {@code ambit}. */
public final class Main {
    private static final String CONTROLLER = "istiod-lite";

    private static final Pattern CHOICE =
            Pattern.compile("(Invalid value for .*: )expected one of \\[(.*)] \\(case-insensitive\\) but was '(.*)'");

    private static final Pattern PAIR =
            Pattern.compile("Value for option option '(.*)' \\((.*)\\) should be in KEY=VALUE format but was (.*)");

    private static final Pattern SURPLUS = Pattern.compile("Unmatched arguments? (?:at|from) index \\d+: (.*)");

    private Main() {}

    /** Runs the command that {@code arguments} name and ends with its exit code. */
    public static void main(String[] arguments) {
        System.exit(
                isBareZtunnel(arguments)
                        ? ZtunnelCommand.runBare()
                        : runController(arguments)
                                .orElseGet(() -> commandLine(arguments).execute(arguments)));
    }

    /** The daemon runs on every node, and mostly so: reading all commands would be a third of what its start costs. */
    private static boolean isBareZtunnel(String[] arguments) {
        return arguments.length == 1 && arguments[0].equals("ztunnel");
    }

    /** Runs the controller if that is what {@code arguments} name, and nothing in them is for people. */
    private static OptionalInt runController(String[] arguments) {
        if (arguments.length == 0 || !arguments[0].equals(CONTROLLER)) {
            return OptionalInt.empty();
        }
        try {
            return IstiodLiteCommand.runPlain(List.of(arguments).subList(1, arguments.length));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalInt.of(ExitCode.FAILED);
        }
    }

    /** Returns what reads {@code arguments}: for the controller, a daemon too, its own command and none of the others. */
    static CommandLine commandLine(String[] arguments) {
        return arguments.length > 0 && arguments[0].equals(CONTROLLER)
                ? prepared(new CommandLine(CommandSpec.create().name("ambit"))
                        .addSubcommand(CONTROLLER, new IstiodLiteCommand()))
                : commandLine();
    }

    /** Returns the whole command line, ready to run or to ask. */
    static CommandLine commandLine() {
        return prepared(new CommandLine(new AmbitCommand()));
    }

    private static CommandLine prepared(CommandLine line) {
        HelpPage.install(line);
        line.setUsageHelpAutoWidth(true);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        // An argument that begins with @ is one, be it for a program in a pod: curl -d @request.json.
        line.setExpandAtFiles(false);
        line.setExecutionStrategy(Main::run);
        line.setExecutionExceptionHandler(Main::explain);
        line.setParameterExceptionHandler(Main::refuse);
        return line;
    }

    /** The library passes over what it does not know as soon as somebody asks for help: a command that is none, too. */
    private static int run(CommandLine.ParseResult parsed) throws CommandLine.ExecutionException {
        CommandLine line = parsed.commandSpec().commandLine();
        if (parsed.isUsageHelpRequested() && !parsed.unmatched().isEmpty()) {
            throw new CommandLine.UnmatchedArgumentException(line, parsed.unmatched());
        }
        return new CommandLine.RunLast().execute(parsed);
    }

    /** What is wrong and what was probably meant; the whole help would bury it. */
    private static int refuse(CommandLine.ParameterException problem, String[] arguments) {
        CommandLine command = problem.getCommandLine();
        var err = command.getErr();
        String name = command.getCommandSpec().qualifiedName();
        String first = arguments.length == 0 ? "" : arguments[0];
        if (command.getParent() == null && !first.isEmpty() && !first.startsWith("-")) {
            err.println("ambit: there is no command " + first);
            if (problem instanceof CommandLine.UnmatchedArgumentException unmatched) {
                // They come most alike first, and the others as a rule are not.
                unmatched.getSuggestions().stream()
                        .findFirst()
                        .ifPresent(similar -> err.println("Did you mean: ambit " + similar + "?"));
            }
        } else {
            err.println(name + ": " + plain(String.valueOf(problem.getMessage())));
            CommandLine.UnmatchedArgumentException.printSuggestions(problem, err);
        }
        err.println("Try: " + name + " --help");
        return ExitCode.USAGE;
    }

    /** The library lists values as the program spells them, while people type them in lower case; and counts from 0. */
    private static String plain(String message) {
        Matcher choice = CHOICE.matcher(message);
        if (choice.matches()) {
            return choice.group(1) + "'" + choice.group(3) + "' (expected: "
                    + choice.group(2).toLowerCase(Locale.ROOT) + ")";
        }
        Matcher pair = PAIR.matcher(message);
        if (pair.matches()) {
            return "Invalid value for option '" + pair.group(1) + "': '" + pair.group(3) + "' (expected: "
                    + pair.group(2) + ")";
        }
        Matcher surplus = SURPLUS.matcher(message);
        return surplus.matches() ? "Unexpected argument: " + surplus.group(1) : message;
    }

    /** A person gets the reason, never a stack trace; who needs that sets {@code AMBIT_TRACE=1}. */
    private static int explain(Exception problem, CommandLine command, CommandLine.ParseResult parsed) {
        var err = command.getErr();
        if (problem instanceof ConfigException wrong) {
            wrong.problems().forEach(each -> err.println("ambit: " + each));
            return ExitCode.USAGE;
        }
        err.println("ambit: " + reason(problem));
        int code = problem instanceof MeshException mesh ? mesh.exitCode() : ExitCode.FAILED;
        if ("1".equals(System.getenv("AMBIT_TRACE"))) {
            problem.printStackTrace(err);
        }
        return code;
    }

    private static String reason(Throwable problem) {
        String message = problem.getMessage();
        return message != null ? message : problem.getClass().getSimpleName();
    }
}
