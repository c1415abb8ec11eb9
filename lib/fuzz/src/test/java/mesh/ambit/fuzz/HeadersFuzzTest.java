package mesh.ambit.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import mesh.ambit.headers.Baggage;
import mesh.ambit.headers.Forwarded;
import mesh.ambit.headers.Traceparent;

/** Headers of a tunnel's request are the peer's to write: whatever they say, they say something or nothing. */
class HeadersFuzzTest {
    @FuzzTest(maxDuration = "1m")
    void anyHeaderIsReadOrIgnored(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);

        Baggage baggage = Baggage.parse(List.of(text));
        assertThat(Baggage.parse(List.of(text, baggage.print()))).isEqualTo(baggage);

        String host = Forwarded.parseHost(text);
        if (host != null) {
            assertThat(host).isNotEmpty().isASCII();
        }

        Traceparent trace = Traceparent.parse(text);
        if (trace != null) {
            assertThat(trace.print()).isEqualTo(text);
        }
    }
}
