package mesh.ambit.admin;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
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
    void whatWeDoNotHaveNamesWhatThereIsInstead() {
        assertThat(ask("/debug/pprof/profile", Map.of("seconds", List.of("300"))))
                .satisfies(reply -> {
                    assertThat(reply.status()).isEqualTo(500);
                    assertThat(reply.body())
                            .contains("jcmd " + ProcessHandle.current().pid());
                });
        assertThat(ask("/debug/pprof/heap", Map.of()).status()).isEqualTo(500);
        assertThat(ask("/debug/pprof/heap/profiling", Map.of()).status()).isEqualTo(500);
    }

    private static HttpReply ask(String path, Map<String, List<String>> parameters) {
        HttpRoute route = requireNonNull(ProfileRoutes.routes().get(path), path);
        return route.answer(new HttpQuery("GET", path, parameters, "", "", true));
    }
}
