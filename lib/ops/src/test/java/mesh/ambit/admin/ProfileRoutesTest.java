package mesh.ambit.admin;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProfileRoutesTest {
    @ParameterizedTest
    @CsvSource({"seconds, 0", "seconds, 301", "seconds, x", "frequency, 0", "frequency, 1001", "frequency, -1"})
    void badParametersAreRefused(String name, String value) {
        assertThat(ask("/debug/pprof/profile", Map.of(name, List.of(value))).status())
                .isEqualTo(400);
    }

    @Test
    void ofSeveralValuesTheLastCounts() {
        assertThat(ask("/debug/pprof/profile", Map.of("seconds", List.of("1", "0")))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void whatWeDoNotHaveNamesWhatThereIsInstead() {
        assertThat(ask("/debug/pprof/heap", Map.of())).satisfies(reply -> {
            assertThat(reply.status()).isEqualTo(500);
            assertThat(reply.body()).contains("jcmd " + ProcessHandle.current().pid());
        });
        assertThat(ask("/debug/pprof/heap/profiling", Map.of()).status()).isEqualTo(500);
    }

    @Test
    void processorTimeComesAsAPprofMessage() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        Thread busy = Thread.ofPlatform().name("busy-thread").start(() -> {
            while (!over.get()) {
                Thread.onSpinWait();
            }
        });
        HttpReply reply;
        try {
            reply = ask("/debug/pprof/profile", Map.of("seconds", List.of("1"), "frequency", List.of("50")));
        } finally {
            over.set(true);
            busy.join();
        }

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.contentType()).isNull();
        Fields profile = Fields.of(reply.content());
        List<String> texts = profile.bytes(6).stream()
                .map(text -> new String(text, StandardCharsets.UTF_8))
                .toList();
        assertThat(texts.getFirst()).isEmpty();
        assertThat(texts).contains("samples", "count", "cpu", "nanoseconds", "thread", "busy-thread");
        assertThat(texts).anyMatch(text -> text.startsWith(ProfileRoutesTest.class.getName() + ".lambda$"));
        assertThat(profile.bytes(1)).as("types").hasSize(2);
        assertThat(profile.numbers(12)).as("period").containsExactly(20_000_000L);
        assertThat(profile.numbers(10).getFirst()).as("duration").isGreaterThanOrEqualTo(900_000_000L);
        int locations = profile.bytes(4).size();
        for (byte[] sample : profile.bytes(2)) {
            assertThat(Fields.of(sample).numbers(1))
                    .as("locations that exist")
                    .allMatch(id -> id >= 1 && id <= locations);
            assertThat(Fields.of(sample).numbers(2)).hasSize(2).allMatch(value -> value > 0);
        }
    }

    /** The fields of a protobuf message of numbers and bytes. */
    private record Fields(Map<Integer, List<Long>> ofNumbers, Map<Integer, List<byte[]>> ofBytes) {
        static Fields of(byte[] message) {
            Fields fields = new Fields(new HashMap<>(), new HashMap<>());
            ByteBuffer in = ByteBuffer.wrap(message);
            while (in.hasRemaining()) {
                long tag = varint(in);
                int field = Math.toIntExact(tag >>> 3);
                if ((tag & 7) == 0) {
                    fields.ofNumbers
                            .computeIfAbsent(field, _ -> new ArrayList<>())
                            .add(varint(in));
                } else {
                    assertThat(tag & 7).isEqualTo(2);
                    byte[] value = new byte[Math.toIntExact(varint(in))];
                    in.get(value);
                    fields.ofBytes
                            .computeIfAbsent(field, _ -> new ArrayList<>())
                            .add(value);
                }
            }
            return fields;
        }

        List<Long> numbers(int field) {
            return ofNumbers.getOrDefault(field, List.of());
        }

        List<byte[]> bytes(int field) {
            return ofBytes.getOrDefault(field, List.of());
        }

        private static long varint(ByteBuffer in) {
            long value = 0;
            for (int shift = 0; ; shift += 7) {
                byte next = in.get();
                value |= (long) (next & 0x7f) << shift;
                if (next >= 0) {
                    return value;
                }
            }
        }
    }

    private static HttpReply ask(String path, Map<String, List<String>> parameters) {
        HttpRoute route = requireNonNull(ProfileRoutes.routes().get(path), path);
        return route.answer(new HttpQuery("GET", path, parameters, "", "", true));
    }
}
