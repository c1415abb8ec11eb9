package mesh.ambit.istiod.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import mesh.ambit.istiod.push.SubscriptionRequest.Rejection;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The clock of the machine, however it is set meanwhile, is for people to read: it decides nothing. */
class StandingPropertyTest {
    private static final long NOON = 1_795_262_400_000L;

    enum Event {
        SENT,
        ACKNOWLEDGED,
        REJECTED
    }

    record Step(Event event, long wrongMillis) {}

    @Property(tries = 300, seed = "1")
    void aClockThatIsSetForwardOrBackChangesNothingButTimes(@ForAll("steps") List<Step> steps) {
        Standing steady = Standing.NONE;
        Standing stepped = Standing.NONE;
        int count = 0;
        for (Step step : steps) {
            count++;
            steady = after(steady, step.event(), count, NOON + count);
            stepped = after(stepped, step.event(), count, step.wrongMillis());

            assertThat(stepped.status()).isEqualTo(steady.status());
            assertThat(stepped.isAwaited()).isEqualTo(steady.isAwaited());
            assertThat(stepped.sentNonce()).isEqualTo(steady.sentNonce());
            assertThat(stepped.ackedNonce()).isEqualTo(steady.ackedNonce());
            assertThat(stepped.rejection()).isEqualTo(steady.rejection());
            assertThat(stepped.rejections()).isEqualTo(steady.rejections());
            assertThat(ClientStatus.OfType.of(stepped, 1).staleSince() == null)
                    .isEqualTo(ClientStatus.OfType.of(steady, 1).staleSince() == null);
        }
    }

    private static Standing after(Standing standing, Event event, int count, long millis) {
        return switch (event) {
            case SENT -> standing.sent("nonce " + count, millis);
            case ACKNOWLEDGED -> standing.acknowledged(millis);
            case REJECTED -> standing.rejected(new Rejection(13, "no " + count), millis);
        };
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Long> clock = Arbitraries.oneOf(
                Arbitraries.of(0L, -1L, 1L, NOON), Arbitraries.longs().between(-NOON, 4 * NOON));
        return Combinators.combine(Arbitraries.of(Event.values()), clock)
                .as(Step::new)
                .list()
                .ofMaxSize(20);
    }
}
