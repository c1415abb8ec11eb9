package mesh.ambit.cli.up;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import mesh.ambit.cli.terminal.Table;

/**
 * What runs in a mesh at one moment; its field names are what {@code ambit status -o json} prints.
 *
 * @param pid the process that holds the mesh together
 */
record MeshStatus(String folder, String state, long pid, List<Row> programs) {
    MeshStatus {
        programs = programs.stream()
                .sorted(Comparator.comparing(Row::node).thenComparing(Row::program))
                .toList();
    }

    /**
     * One program.
     *
     * @param node {@code -} for the controller
     * @param started RFC 3339
     */
    record Row(
            String node,
            String program,
            long pid,
            String state,
            int restarts,
            String started,
            String namespace,
            String log) {
        static Row of(RunningProgram running, StateFolder folder) {
            Program program = running.program();
            return new Row(
                    program.node() == null ? "-" : program.node(),
                    program.name(),
                    running.pid(),
                    running.state().name().toLowerCase(Locale.ROOT),
                    running.restarts(),
                    running.started().toString(),
                    program.namespace() == null ? "-" : program.namespace(),
                    folder.log(program.name()).toString());
        }
    }

    /** Returns the table that a person reads. */
    Table table(Instant now) {
        List<List<String>> rows = new ArrayList<>();
        for (Row row : programs) {
            rows.add(List.of(
                    row.node(),
                    row.program(),
                    Long.toString(row.pid()),
                    row.state(),
                    Integer.toString(row.restarts()),
                    age(Duration.between(Instant.parse(row.started()), now)),
                    row.namespace()));
        }
        return new Table(List.of("NODE", "PROGRAM", "PID", "STATE", "RESTARTS", "AGE", "NAMESPACE"), rows);
    }

    /** Returns a duration as kubectl prints an age: its largest one or two units. */
    static String age(Duration age) {
        long seconds = Math.max(0, age.toSeconds());
        if (seconds < 120) {
            return seconds + "s";
        }
        if (seconds < 2 * 3600) {
            return seconds / 60 + "m" + (seconds % 60 == 0 ? "" : seconds % 60 + "s");
        }
        return seconds < 48 * 3600 ? seconds / 3600 + "h" : seconds / 86_400 + "d";
    }
}
