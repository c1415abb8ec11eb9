package mesh.ambit.cli.up;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import mesh.ambit.cli.terminal.Terminal;
import mesh.ambit.config.ExitCode;

/**
 * Running a command in the background: the same command once more, as a child in a session of its own. Its output comes
 * through us until it says that it is ready; then we return and it stays.
 */
public final class Detached {
    private static final String CHILD = "AMBIT_DETACHED";
    /** Longer than a mesh that is coming up takes to be removed again. */
    private static final long PATIENCE_SECONDS = 30;

    private static final String READY = "\u0001ready ";

    private Detached() {}

    /** Returns whether this process is the one in the background. */
    public static boolean isChild() {
        return System.getenv(CHILD) != null;
    }

    /** Starts the child with {@code arguments}, which are our own, and returns what the caller should end with. */
    public static int run(List<String> arguments, Terminal terminal) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("setsid"));
        command.addAll(Jvm.own().command(List.of(), "mesh.ambit.cli.Main", arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.environment().put(CHILD, "1");
        Process child = builder.start();
        // It is in a session of its own: a Ctrl-C that ends us before it is ready has to be passed on.
        Thread hook = new Thread(() -> endWith(child), "ambit-detached-ending");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return follow(child, terminal);
        } finally {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // The hook is at it, and ends with the child.
            }
        }
    }

    private static void endWith(Process child) {
        child.destroy();
        try {
            child.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static int follow(Process child, Terminal terminal) throws IOException, InterruptedException {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            String line;
            while ((line = lines.readLine()) != null) {
                if (line.startsWith(READY)) {
                    return Integer.parseInt(line.substring(READY.length()));
                }
                terminal.line(line);
            }
        }
        int code = child.waitFor();
        return code == ExitCode.OK ? ExitCode.FAILED : code;
    }

    /** In the child: tells the waiting parent that all is well. Nothing written afterwards reaches anybody. */
    public static void readyIfAsked() {
        ready(ExitCode.OK);
    }

    /** As above; the parent ends with {@code code}. */
    public static void ready(int code) {
        if (isChild()) {
            System.out.println(READY + code);
            System.out.flush();
        }
    }
}
