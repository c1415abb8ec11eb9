package mesh.ambit.perf.report;

import java.util.Locale;

/** Builds a drawing for a page. Colours are those of the page, which knows light from dark. */
final class Svg {
    private final StringBuilder text = new StringBuilder();

    /**
     * Begins a drawing.
     *
     * @param label what it shows, for those who do not see it
     */
    Svg(double width, double height, String label) {
        text.append(String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"%s\">",
                width,
                height,
                escape(label)));
    }

    Svg rect(double x, double y, double width, double height, String fill) {
        text.append(String.format(
                Locale.ROOT,
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"2.5\" style=\"fill:%s\"/>",
                x,
                y,
                Math.max(0, width),
                height,
                fill));
        return this;
    }

    /** Draws a piece of something larger, with words that appear where one points at it. */
    Svg part(double x, double y, double width, double height, String fill, String words) {
        text.append(String.format(
                Locale.ROOT,
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" style=\"fill:%s\"><title>%s</title></rect>",
                x,
                y,
                Math.max(0.3, width),
                height,
                fill,
                escape(words)));
        return this;
    }

    Svg line(double x1, double y1, double x2, double y2, String stroke, double width) {
        text.append(String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" style=\"stroke:%s;stroke-width:%.1f\"/>",
                x1,
                y1,
                x2,
                y2,
                stroke,
                width));
        return this;
    }

    /** Draws lines through points given as {@code x,y x,y …}. */
    Svg polyline(String points, String stroke) {
        text.append("<polyline points=\"")
                .append(points)
                .append("\" style=\"fill:none;stroke:")
                .append(stroke)
                .append(";stroke-width:1.8;stroke-linejoin:round\"/>");
        return this;
    }

    /**
     * Writes words.
     *
     * @param anchor start, middle or end
     * @param classes of the page's style, perhaps none
     */
    Svg text(double x, double y, String anchor, String classes, String words) {
        text.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">%s</text>",
                x,
                y,
                anchor,
                classes,
                escape(words)));
        return this;
    }

    /** Returns the whole drawing. */
    String end() {
        return text + "</svg>";
    }

    /** Returns {@code words} so that a page shows them as they are. */
    static String escape(String words) {
        return words.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
