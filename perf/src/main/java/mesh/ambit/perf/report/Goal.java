package mesh.ambit.perf.report;

import static java.util.Objects.requireNonNull;

/**
 * What a number is to be, alone or beside another's.
 *
 * @param title for people
 * @param metric key of what it is about
 * @param against what our number is divided by
 * @param bound of the quotient, or of the number itself where it stands alone
 * @param direction on which side of the bound it is to be
 */
public record Goal(String title, String metric, Against against, double bound, Direction direction) {
    public Goal {
        requireNonNull(title, "title");
        requireNonNull(metric, "metric");
        requireNonNull(against, "against");
        requireNonNull(direction, "direction");
    }

    /** With whom one compares. */
    public enum Against {
        /** The better of HAProxy's and nginx's pairs of the same run. */
        BETTER_PAIR("better pair"),
        /** Upstream's ztunnel in the same run. */
        UPSTREAM("upstream"),
        /** Plain TCP in the same run. */
        DIRECT("direct"),
        /** Nobody. */
        NOTHING("");

        private final String title;

        Against(String title) {
            this.title = title;
        }

        /** Returns it for people, empty where there is nobody. */
        public String title() {
            return title;
        }
    }

    /** The good side of the bound. */
    public enum Direction {
        AT_LEAST("at least"),
        AT_MOST("at most");

        private final String words;

        Direction(String words) {
            this.words = words;
        }

        /** Returns it for people. */
        public String words() {
            return words;
        }
    }

    static Goal atLeast(double bound, Against against, String metric, String title) {
        return new Goal(title, metric, against, bound, Direction.AT_LEAST);
    }

    static Goal atMost(double bound, Against against, String metric, String title) {
        return new Goal(title, metric, against, bound, Direction.AT_MOST);
    }
}
