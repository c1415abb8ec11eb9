package mesh.ambit.perf.app;

import java.io.Console;
import java.io.PrintStream;

/** Tells a person what is going on: one line that is overwritten on a terminal, nothing elsewhere. */
final class Progress {
    private final PrintStream out;
    private final boolean terminal;

    private Progress(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    // Null where nobody sits at a terminal, whatever the checker says of newer JDKs.
    @SuppressWarnings("SystemConsoleNull") // Since 25 it may be null again: without a terminal, by default.
    static Progress onStandardError() {
        Console console = System.console();
        return new Progress(System.err, console != null && console.isTerminal());
    }

    void say(String what) {
        if (terminal) {
            out.print("\r\033[K" + what);
            out.flush();
        }
    }

    void end() {
        if (terminal) {
            out.print("\r\033[K");
            out.flush();
        }
    }
}
