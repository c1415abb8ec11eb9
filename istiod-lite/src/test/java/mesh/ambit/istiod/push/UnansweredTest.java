package mesh.ambit.istiod.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class UnansweredTest {
    private long now = -1_000_000_000_000L;
    private final Unanswered unanswered = new Unanswered(() -> now);
    private final List<Duration> wakes = new ArrayList<>();

    private void pass(Duration time) {
        now += time.toNanos();
    }

    @Test
    void whatIsAnsweredInTimeIsNotWorthAWord() {
        unanswered.are(Map.of("a", "nobody knows"), wakes::add);
        assertThat(unanswered.sentences()).containsExactly("gRPC server waits for a, as nobody knows");

        unanswered.are(Map.of(), wakes::add);

        pass(wakes.getFirst());
        assertThat(unanswered.overdue()).isEmpty();
        assertThat(unanswered.sentences()).isEmpty();
    }

    @Test
    void whatIsNotIsSaidOnce() {
        unanswered.are(Map.of("a", "nobody knows"), wakes::add);
        unanswered.are(Map.of("a", "nobody knows yet"), wakes::add);
        assertThat(wakes).hasSize(1);
        assertThat(unanswered.overdue()).isEmpty();

        pass(wakes.getFirst());

        assertThat(unanswered.overdue()).containsExactly("gRPC server waits for a, as nobody knows yet");
        assertThat(unanswered.overdue()).isEmpty();
    }

    @Test
    void whoAsksForThousandsIsNotHeardOnAll() {
        Map<String, String> missing = new TreeMap<>();
        for (int i = 0; i < 1_000; i++) {
            missing.put("name-" + i, "it is none");
        }
        unanswered.are(missing, wakes::add);
        now += TimeUnit.MINUTES.toNanos(1);

        assertThat(unanswered.overdue()).hasSize(16);
        unanswered.are(Map.of("another", "it is none"), wakes::add);
        now += TimeUnit.MINUTES.toNanos(1);
        assertThat(unanswered.overdue()).isEmpty();
        assertThat(wakes).hasSize(2);
    }
}
