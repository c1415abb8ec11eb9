package mesh.ambit.ztunnel.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.Port;
import mesh.ambit.model.Service;
import mesh.ambit.model.Workload;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is guessed here is what the reference program guesses. */
class ServiceGuessTest {
    private static final NamespacedHostname WEB = new NamespacedHostname("shop", "web");
    private static final NamespacedHostname API = new NamespacedHostname("shop", "api");
    private final Service web = service(WEB, Port.of(80, 8080));
    private final Service api = service(API, Port.of(81, 0));
    private final Workload pod = Workload.builder("a")
            .services(new TreeMap<>(
                    Map.of(WEB, List.of(Port.of(80, 8080)), API, List.of(Port.of(81, 9090), Port.of(99, 9999)))))
            .build();

    @Test
    void theHintDecidesAmongOurServicesAndElseThePort() {
        assertThat(guess(pod, "api", 8080)).isEqualTo(api);
        assertThat(guess(pod, "other", 8080)).isEqualTo(web);
        assertThat(guess(pod, null, 9090))
                .as("a port by name, which the endpoint knows")
                .isEqualTo(api);
        assertThat(guess(pod, null, 9999))
                .as("of a port that the service lacks")
                .isNull();
        assertThat(guess(pod, null, 7777)).isNull();
    }

    @Test
    void recordThatDoesNotNameItsServicesHasNone() {
        Workload fromFile = pod.toBuilder().servicesNamed(false).build();

        assertThat(guess(fromFile, "web", 8080)).isNull();
    }

    @Test
    void serviceAskedForByNameIsTheOnlyOneInQuestion() {
        assertThat(ServiceGuess.ofNamed(web, pod, null, 8080)).isEqualTo(web);
        assertThat(ServiceGuess.ofNamed(web, pod, "web", 15088)).isEqualTo(web);
        assertThat(ServiceGuess.ofNamed(web, pod, "api", 9090)).isNull();
    }

    private @Nullable Service guess(Workload local, @Nullable String hint, int port) {
        return ServiceGuess.of(MeshSnapshot.EMPTY.apply(List.of(web, api, local), List.of()), local, hint, port);
    }

    private static Service service(NamespacedHostname key, Port port) {
        return Service.builder(key.namespace(), key.hostname())
                .ports(List.of(port))
                .build();
    }
}
