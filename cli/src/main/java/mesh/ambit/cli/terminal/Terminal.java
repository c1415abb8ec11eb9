package mesh.ambit.cli.terminal;

import java.io.Console;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Where a command writes: plain text in a pipe, colours and lines that are overwritten on a terminal.
 *
 * <p>May be used by several threads; each line is written whole.
 */
public final class Terminal {
    private static final String ERASE_LINE = "\r\u001b[K";

    private final PrintStream out;
    private final boolean interactive;
    private final boolean coloured;
    private boolean pending;

    private Terminal(PrintStream out, boolean interactive, boolean coloured) {
        this.out = out;
        this.interactive = interactive;
        this.coloured = coloured;
    }

    /** Standard output; colours only on a terminal, and never where {@code NO_COLOR} is set. */
    public static Terminal standardOutput() {
        boolean interactive = isTerminal();
        return new Terminal(
                new PrintStream(System.out, true, StandardCharsets.UTF_8),
                interactive,
                interactive && mayColour(System.getenv("NO_COLOR"), System.getenv("TERM")));
    }

    /** Writes plain text to {@code out}. */
    public static Terminal plain(PrintStream out) {
        return new Terminal(out, false, false);
    }

    static boolean mayColour(@Nullable String noColor, @Nullable String term) {
        return (noColor == null || noColor.isEmpty()) && term != null && !term.equals("dumb");
    }

    /** Returns whether a person sits at both ends: standard input and output are a terminal. */
    @SuppressWarnings("SystemConsoleNull") // Since 25 it may be null again: without a terminal, by default.
    public static boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    /** Says what is being done; the next line of this terminal takes its place. Only a terminal shows it. */
    public synchronized void progress(String text) {
        if (interactive) {
            out.print(ERASE_LINE + paint("2", "… " + text));
            out.flush();
            pending = true;
        }
    }

    /** A step that was done. */
    public void done(String text) {
        line(paint("32", "✓") + " " + text);
    }

    /** A step that failed. */
    public void failed(String text) {
        line(paint("31", "✗") + " " + text);
    }

    /** A line without more. */
    public synchronized void line(String text) {
        if (pending) {
            out.print(ERASE_LINE);
            pending = false;
        }
        out.println(text);
        out.flush();
    }

    /** A title. */
    public void title(String text) {
        line(paint("1", text));
    }

    /** A remark, less important than its surroundings. */
    public void remark(String text) {
        line(paint("2", text));
    }

    private String paint(String code, String text) {
        return coloured ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
