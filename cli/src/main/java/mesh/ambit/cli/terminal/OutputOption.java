package mesh.ambit.cli.terminal;

import picocli.CommandLine.Option;

/** {@code -o}, which every command has whose answer other programs may want to read. */
public final class OutputOption {
    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table, json or yaml (default: table).")
    private Output form = Output.TABLE;

    /** Returns whether the answer is for a person. */
    public boolean isTable() {
        return form == Output.TABLE;
    }

    /** Returns {@code answer} in the form that was asked for, as {@link Output#print} does. */
    public String print(Object answer) {
        return form.print(answer);
    }
}
