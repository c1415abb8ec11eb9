package mesh.ambit.cli.terminal;

import java.util.ArrayList;
import java.util.List;

/** Text in columns as wide as their widest cell. Immutable. */
public record Table(List<String> titles, List<List<String>> rows) {
    private static final String GAP = "   ";

    public Table {
        titles = List.copyOf(titles);
        rows = rows.stream().map(List::copyOf).toList();
        for (List<String> row : rows) {
            if (row.size() != titles.size()) {
                throw new IllegalArgumentException(
                        "row " + row + " has " + row.size() + " cells (expected: " + titles.size() + ")");
            }
        }
    }

    /** Returns the lines, titles first, without blanks at their ends. */
    public List<String> lines() {
        int[] widths = new int[titles.size()];
        measure(titles, widths);
        rows.forEach(row -> measure(row, widths));
        List<String> lines = new ArrayList<>();
        lines.add(line(titles, widths));
        rows.forEach(row -> lines.add(line(row, widths)));
        return List.copyOf(lines);
    }

    private static void measure(List<String> cells, int[] widths) {
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Math.max(widths[i], cells.get(i).length());
        }
    }

    private static String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String cell = cells.get(i);
            line.append(cell).append(" ".repeat(widths[i] - cell.length())).append(GAP);
        }
        return line.toString().stripTrailing();
    }
}
