package mesh.ambit.perf.report;

import java.util.ArrayList;
import java.util.List;

/**
 * A number that was looked at again and again, and whether it stays where it is.
 *
 * @param title for people
 * @param unit of the values
 * @param tolerance by how much the values may grow over the whole run beyond 5 % of their median, in their unit
 */
public record Series(String title, String unit, double tolerance, List<Point> points) {
    /** The first part of a run, in which caches fill and compilers work. */
    private static final double SETTLING = 1.0 / 3;

    private static final double RELATIVE_TOLERANCE = 0.05;

    public Series {
        points = List.copyOf(points);
    }

    /** A value, that many seconds after the beginning. */
    public record Point(double seconds, double value) {}

    /** Returns this series with one more value. */
    public Series with(double seconds, double value) {
        List<Point> more = new ArrayList<>(points);
        more.add(new Point(seconds, value));
        return new Series(title, unit, tolerance, more);
    }

    /** Returns the trend after the settling, in units a second; 0 of fewer than three values. */
    public double slope() {
        List<Point> settled = settled();
        return settled.size() < 3
                ? 0
                : Statistics.slope(
                        settled.stream().map(Point::seconds).toList(),
                        settled.stream().map(Point::value).toList());
    }

    /** Returns by how much the trend has grown in the settled part of the run. */
    public double growth() {
        List<Point> settled = settled();
        return settled.isEmpty()
                ? 0
                : slope() * (settled.getLast().seconds() - settled.getFirst().seconds());
    }

    /** Returns whether it does not grow beyond what is tolerated. Shrinking is no leak. */
    public boolean isFlat() {
        List<Point> settled = settled();
        return settled.isEmpty()
                || growth()
                        <= tolerance
                                + RELATIVE_TOLERANCE
                                        * Math.abs(Statistics.median(settled.stream()
                                                .map(Point::value)
                                                .toList()));
    }

    private List<Point> settled() {
        return points.isEmpty()
                ? List.of()
                : points.stream()
                        .filter(point -> point.seconds() >= points.getLast().seconds() * SETTLING)
                        .toList();
    }
}
