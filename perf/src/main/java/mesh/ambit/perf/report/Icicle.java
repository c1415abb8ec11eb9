package mesh.ambit.perf.report;

import mesh.ambit.perf.profile.StackTree;

/** Draws stacks from the outermost frame downwards; what is as wide as the drawing took all of the time. */
final class Icicle {
    private static final double WIDTH = 1040;
    private static final double ROW = 16;
    private static final double LETTER = 6.3;
    private static final double FOR_WORDS = 30;
    private static final int ROWS = 40;

    private final Svg svg;
    private final double scale;
    private final double all;

    private Icicle(StackTree tree, String label) {
        svg = new Svg(WIDTH, Math.min(ROWS, tree.depth()) * ROW, label);
        all = Math.max(1, tree.nanos());
        scale = WIDTH / all;
    }

    static String of(StackTree tree, String label) {
        Icicle icicle = new Icicle(tree, label);
        icicle.calls(tree, 0, 0);
        return icicle.svg.end();
    }

    private void calls(StackTree tree, double left, int row) {
        if (row == ROWS) {
            return;
        }
        double x = left;
        for (StackTree call : tree.calls()) {
            double width = call.nanos() * scale;
            String title = call.frame() + ", " + TextReport.percent(call.nanos() / all);
            svg.part(x, row * ROW, width - 0.6, ROW - 1, Charts.colour(call.place()), title);
            if (width > FOR_WORDS) {
                svg.text(x + 3, row * ROW + 11, "start", "frame", fit(call.frame(), width));
            }
            calls(call, x, row + 1);
            x += width;
        }
    }

    /** Returns class and method, or the beginning of them. */
    private static String fit(String frame, double width) {
        String method = frame.substring(frame.lastIndexOf('.', frame.lastIndexOf('.') - 1) + 1);
        int letters = (int) ((width - 6) / LETTER);
        return method.length() <= letters ? method : method.substring(0, letters);
    }
}
