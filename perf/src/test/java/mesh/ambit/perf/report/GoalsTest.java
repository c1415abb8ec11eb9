package mesh.ambit.perf.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import mesh.ambit.perf.report.Goal.Against;
import org.junit.jupiter.api.Test;

class GoalsTest {
    private static final Metric THROUGHPUT = Metric.high("bulk-8-up.throughput", "Bulk", "Gbit/s");
    private static final Metric CPU = Metric.low("bulk-8-up.cpu", "CPU", "s/GB");
    private static final Metric IDLE = Metric.low("memory.idle.rss", "Resident, idle", "MB");

    private final Results results = new Results();

    @Test
    void muchIsComparedWithTheLargerOfThePairsAndLittleWithTheSmaller() {
        measured(THROUGHPUT, "haproxy", 6);
        measured(THROUGHPUT, "nginx", 7);
        measured(THROUGHPUT, "ambit", 14);
        measured(CPU, "haproxy", 2.0);
        measured(CPU, "nginx", 1.8);
        measured(CPU, "ambit", 0.9);

        assertThat(verdict("bulk-8-up.throughput", Against.BETTER_PAIR).value()).isEqualTo(2.0);
        assertThat(verdict("bulk-8-up.cpu", Against.BETTER_PAIR).value()).isEqualTo(0.5);
        assertThat(Goals.judge(results, "ambit")).allMatch(Verdict::isMet);
    }

    @Test
    void roundsCountByTheirMedian() {
        measured(THROUGHPUT, "nginx", 5, 1_000, 6);
        measured(THROUGHPUT, "ambit", 12, 0, 12);

        assertThat(verdict("bulk-8-up.throughput", Against.BETTER_PAIR).value()).isEqualTo(2.0);
    }

    @Test
    void marginIsPartOfTheBoundAndNegativeWhereTheGoalIsMissed() {
        measured(THROUGHPUT, "upstream", 10);
        measured(THROUGHPUT, "ambit", 12);
        measured(IDLE, "ambit", 84);

        Verdict missed = verdict("bulk-8-up.throughput", Against.UPSTREAM);
        assertThat(missed.isMet()).isFalse();
        assertThat(missed.marginPercent()).isEqualTo(-20, within(1e-9));
        Verdict met = verdict("memory.idle.rss", Against.NOTHING);
        assertThat(met.isMet()).isTrue();
        assertThat(met.marginPercent()).isEqualTo(20, within(1e-9));
    }

    @Test
    void whatHasNobodyToBeComparedWithIsNotJudged() {
        measured(THROUGHPUT, "ambit", 12);

        assertThat(Goals.judge(results, "ambit")).isEmpty();
    }

    /** A short look may see no processor time at all, or nothing that it was spent on. */
    @Test
    void whatIsDividedByNothingIsNoNumber() {
        measured(CPU, "nginx", 0);
        measured(CPU, "ambit", 0.9, 1.0 / 0, 0.0 / 0);

        assertThat(results.of(CPU, "ambit")).containsExactly(0.9);
        assertThat(Goals.judge(results, "ambit")).isEmpty();
    }

    private Verdict verdict(String metric, Against against) {
        List<Verdict> found = Goals.judge(results, "ambit").stream()
                .filter(verdict ->
                        verdict.goal().metric().equals(metric) && verdict.goal().against() == against)
                .toList();
        assertThat(found).hasSize(1);
        return found.getFirst();
    }

    private void measured(Metric metric, String subject, double... rounds) {
        for (double round : rounds) {
            results.add(metric, subject, round);
        }
    }
}
