package mesh.ambit.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ShopkeeperTest {
    private final CompletableFuture<List<String>> lastWords = new CompletableFuture<>();

    @Test
    void answersAreMatchedByTheirNumber() throws IOException {
        try (Shopkeeper service =
                service("echo 0 ready; read a; read b; echo 2 200 second; echo 1 502 first; read c")) {
            service.awaitReady();
            CompletableFuture<HttpCall.Answer> first = service.callLater("http://a:80/");
            CompletableFuture<HttpCall.Answer> second = service.callLater("http://b:80/");

            assertThat(second.join()).isEqualTo(new HttpCall.Answer(200, "second"));
            assertThat(first.join()).isEqualTo(new HttpCall.Answer(502, "first"));
        }
    }

    @Test
    void whoAsksAfterTheEndIsToldSoAtOnce() throws Exception {
        try (Shopkeeper service = service("echo 0 ready; echo out of memory")) {
            assertThat(lastWords.get(20, TimeUnit.SECONDS)).containsExactly("out of memory");

            assertThatThrownBy(service::loadSoFar)
                    .isInstanceOf(StepFailedException.class)
                    .hasMessage("the service web does not answer: it ended: out of memory");
        }
    }

    private Shopkeeper service(String script) throws IOException {
        Process process =
                new ProcessBuilder("sh", "-c", script).redirectErrorStream(true).start();
        return new Shopkeeper("web", process, lastWords::complete);
    }
}
