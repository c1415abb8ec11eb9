package mesh.ambit.headers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BaggageTest {
    private static final Baggage FULL = new Baggage("Kubernetes", "shop", "deployment", "web", "web", "v1", "r1", "z1");
    private static final String TEXT = "k8s.cluster.name=Kubernetes,k8s.namespace.name=shop,k8s.deployment.name=web,"
            + "service.name=web,service.version=v1,cloud.region=r1,cloud.availability_zone=z1";

    @Test
    void entriesStandInTheirFixedOrder() {
        assertThat(FULL.print()).isEqualTo(TEXT);
        assertThat(Baggage.parse(List.of(TEXT))).isEqualTo(FULL);
    }

    @Test
    void emptyEntriesAreLeftOut() {
        assertThat(new Baggage("", "shop", "pod", "", "web", "", "", "").print())
                .isEqualTo("k8s.namespace.name=shop,service.name=web");
        assertThat(Baggage.EMPTY.print()).isEmpty();
    }

    @Test
    void linesAreMergedAndTheLastWordCounts() {
        assertThat(Baggage.parse(List.of("service.name=a,cloud.region=r", "service.name=b,cloud.region=")))
                .isEqualTo(new Baggage("", "", "", "", "b", "", "", ""));
    }

    @Test
    void textAfterASecondEqualsSignIsLostAndUnknownKeysAreIgnored() {
        assertThat(Baggage.parse(List.of("service.name=a=b,x=y,k8s.robot.name=r, service.version=v,nonsense")))
                .isEqualTo(new Baggage("", "", "", "", "a", "", "", ""));
    }

    @Test
    void valuesThatAreTooLongForANameAreIgnored() {
        String name = "a".repeat(256);
        assertThat(Baggage.parse(List.of("service.name=" + name + ",cloud.region=" + name + "a")))
                .isEqualTo(new Baggage("", "", "", "", name, "", "", ""));
    }

    @Test
    void textThatIsNotAsciiMakesItAllEmpty() {
        assertThat(Baggage.parse(List.of("service.name=a", "cloud.region=\u00fc")))
                .isEqualTo(Baggage.EMPTY);
    }
}
