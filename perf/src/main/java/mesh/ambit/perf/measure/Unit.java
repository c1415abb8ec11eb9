package mesh.ambit.perf.measure;

import mesh.ambit.perf.measure.Window.Seen;

/** What work is counted in, and so what its processor time is divided by. */
enum Unit {
    GIGABYTE("s/GB") {
        @Override
        double perSecond(Seen seen) {
            return 1e9 / seen.bytes();
        }
    },
    THOUSAND("ms per 1,000") {
        @Override
        double perSecond(Seen seen) {
            return 1e6 / seen.done();
        }
    };

    private final String title;

    Unit(String title) {
        this.title = title;
    }

    /** Returns the unit of {@link #cost}. */
    String title() {
        return title;
    }

    /** Returns what a second of processor time amounts to for each unit of the work that was seen. */
    abstract double perSecond(Seen seen);

    /** Returns the processor time for each unit. */
    double cost(Seen seen) {
        return seen.cpu().total() * perSecond(seen);
    }
}
