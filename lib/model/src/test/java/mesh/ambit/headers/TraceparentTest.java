package mesh.ambit.headers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceparentTest {
    private static final String TEXT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    @Test
    void wellFormedTextIsReadAndWrittenBack() {
        Traceparent parsed = Traceparent.parse(TEXT);

        assertThat(parsed).isEqualTo(new Traceparent("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", 1));
        assertThat(parsed).extracting(Traceparent::print).isEqualTo(TEXT);
    }

    @Test
    void newContextIsValidAndHasNoFlags() {
        Traceparent random = Traceparent.random(new Random(1));

        assertThat(random.print()).hasSize(55).endsWith("-00");
        assertThat(Traceparent.parse(random.print())).isEqualTo(random);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g",
                "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319cb7ad-6b7169203331--01",
                "0000af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-010"
            })
    void anythingElseIsNoContext(String text) {
        assertThat(Traceparent.parse(text)).isNull();
    }
}
