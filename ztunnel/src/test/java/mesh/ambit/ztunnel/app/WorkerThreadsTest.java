package mesh.ambit.ztunnel.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import mesh.ambit.config.Environment;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkerThreadsTest {
    @ParameterizedTest
    @CsvSource({"0, 8", "3, 3", "50%, 4", "30%, 3", "1%, 1"})
    void workersAreANumberAShareOrAll(String text, int workers) {
        assertThat(workers(Map.of("ZTUNNEL_WORKER_THREADS", text), null, 8)).isEqualTo(workers);
    }

    @ParameterizedTest
    @CsvSource({
        // limit, request, count of the node, concurrency, processors, workers
        "  ,  ,   ,  ,  2,  2",
        "  ,  ,   ,  , 16,  4",
        "  ,  , 32,  ,  4,  8",
        "  , 8,   ,  ,  4,  8",
        "  , 1,   ,  ,  4,  2",
        "16, 4,   ,  ,  4, 16",
        "4 , 8,   ,  ,  4,  8",
        "500m,,   ,  ,  4,  1",
        "2500m,,  ,  ,  4,  3",
        "1.5,,    ,  ,  4,  2",
        "  ,  ,  6, 0,  4,  6",
        "  ,  ,   , 3,  4,  3",
    })
    void withoutANumberTheMeshTheLimitAndTheRequestDecide(
            @Nullable String limit,
            @Nullable String request,
            @Nullable String counted,
            @Nullable Integer concurrency,
            int processors,
            int workers) {
        Map<String, String> env = new HashMap<>();
        put(env, "ZTUNNEL_RESOURCE_CPU_LIMIT", limit);
        put(env, "ZTUNNEL_RESOURCE_CPU_REQUEST", request);
        put(env, "ZTUNNEL_CPU_LIMIT", counted);

        assertThat(workers(env, concurrency, processors)).isEqualTo(workers);
    }

    private static int workers(Map<String, String> variables, @Nullable Integer concurrency, int processors) {
        Environment env = Environment.of(variables);
        int workers = WorkerThreads.from(env, concurrency, processors);
        assertThat(env.problems()).isEmpty();
        return workers;
    }

    private static void put(Map<String, String> env, String name, @Nullable String value) {
        if (value != null) {
            env.put(name, value);
        }
    }
}
