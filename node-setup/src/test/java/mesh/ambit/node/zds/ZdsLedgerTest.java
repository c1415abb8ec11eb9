package mesh.ambit.node.zds;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import mesh.ambit.node.zds.ZdsLedger.Send;
import mesh.ambit.node.zds.ZdsRequest.Add;
import mesh.ambit.node.zds.ZdsRequest.Del;
import mesh.ambit.node.zds.ZdsRequest.SnapshotSent;
import org.junit.jupiter.api.Test;

class ZdsLedgerTest {
    private static final ZdsWorkload WEB = new ZdsWorkload("uid-web", "web", "shop", "web");
    private static final ZdsWorkload ORDERS = new ZdsWorkload("uid-orders", "orders", "shop", "orders");

    private final ZdsLedger ledger = new ZdsLedger();

    @Test
    void whoConnectsIsToldOfEveryPodAndThatItWasAll() {
        ledger.add(WEB);
        ledger.add(ORDERS);

        assertThat(ledger.connect(1))
                .containsExactly(
                        new Send(1, new Add(WEB)), new Send(1, new Add(ORDERS)), new Send(1, new SnapshotSent()));
    }

    @Test
    void podsAreAddedToTheNewestAndTakenFromAll() {
        ledger.add(WEB);
        ledger.connect(1);
        ledger.connect(2);

        assertThat(ledger.add(ORDERS)).containsExactly(new Send(2, new Add(ORDERS)));
        assertThat(ledger.remove(WEB.uid()))
                .containsExactly(new Send(1, new Del(WEB.uid())), new Send(2, new Del(WEB.uid())));
        assertThat(ledger.remove(ORDERS.uid())).containsExactly(new Send(2, new Del(ORDERS.uid())));
    }

    @Test
    void whenTheNewestGoesTheOneBeforeLearnsWhatItMissed() {
        ledger.add(WEB);
        ledger.connect(1);
        ledger.connect(2);
        ledger.add(ORDERS);

        assertThat(ledger.lost(2)).containsExactly(new Send(1, new Add(ORDERS)));
    }

    @Test
    void whenAnOlderOneGoesNothingIsToBeSaid() {
        ledger.add(WEB);
        ledger.connect(1);
        ledger.connect(2);

        assertThat(ledger.lost(1)).isEmpty();
    }

    @Test
    void podIsAcknowledgedWhileSomebodyConnectedServesIt() {
        ledger.add(WEB);
        ledger.connect(1);
        assertThat(ledger.status()).isEqualTo(new ZdsStatus(0, Set.of(), Map.of()));

        ledger.answered(1, new Add(WEB), null);
        ledger.answered(1, new SnapshotSent(), null);
        assertThat(ledger.status()).isEqualTo(new ZdsStatus(1, Set.of(WEB.uid()), Map.of()));

        ledger.lost(1);
        assertThat(ledger.status().acknowledged()).isEmpty();
    }

    @Test
    void rejectionStaysUntilTheNextAttemptSucceeds() {
        ledger.connect(1);
        ledger.add(WEB);
        ledger.answered(1, new Add(WEB), "no such namespace");
        assertThat(ledger.status().rejected()).containsEntry(WEB.uid(), "no such namespace");

        ledger.add(WEB);
        ledger.answered(1, new Add(WEB), null);

        assertThat(ledger.status().rejected()).isEmpty();
        assertThat(ledger.status().acknowledged()).containsExactly(WEB.uid());
    }

    @Test
    void answerAboutAPodThatIsGoneIsForgotten() {
        ledger.connect(1);
        ledger.add(WEB);
        ledger.remove(WEB.uid());

        ledger.answered(1, new Add(WEB), null);

        assertThat(ledger.status().acknowledged()).isEmpty();
    }
}
