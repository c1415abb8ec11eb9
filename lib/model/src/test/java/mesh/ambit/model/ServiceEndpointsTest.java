package mesh.ambit.model;

import static java.util.Objects.requireNonNull;
import static mesh.ambit.model.Meshes.key;
import static mesh.ambit.model.Meshes.mesh;
import static mesh.ambit.model.Meshes.pod;
import static mesh.ambit.model.Meshes.service;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import mesh.ambit.model.ServiceEndpoints.Derivation;
import org.junit.jupiter.api.Test;

class ServiceEndpointsTest {
    private static final String WEB = "default/web.default.svc.cluster.local";

    private final AtomicInteger asked = new AtomicInteger();

    /** A question by its number, so that equal numbers are equal questions. */
    private record Counted(int number, AtomicInteger asked) implements Derivation<String> {
        @Override
        public String derive(ServiceEndpoints endpoints, MeshSnapshot mesh) {
            asked.incrementAndGet();
            return number + ": " + endpoints.byWorkload().size();
        }
    }

    @Test
    void answerIsWorkedOutOnceUntilTheEndpointsChange() {
        MeshSnapshot mesh = mesh(service(WEB).build(), pod("a", "10.0.0.1", WEB).build());

        assertThat(ask(mesh, 1)).isEqualTo("1: 1");
        assertThat(ask(mesh, 1)).isEqualTo("1: 1");
        assertThat(asked).hasValue(1);

        MeshSnapshot other = mesh.apply(List.of(pod("x", "10.0.0.9").build()), List.of());
        ask(other, 1);
        assertThat(asked).as("an unrelated workload").hasValue(1);

        MeshSnapshot more = mesh.apply(List.of(pod("b", "10.0.0.2", WEB).build()), List.of());
        assertThat(ask(more, 1)).isEqualTo("1: 2");
        MeshSnapshot sameAgain = mesh.apply(List.of(service(WEB).canonical(true).build()), List.of());
        ask(sameAgain, 1);
        assertThat(asked).as("another endpoint, another service").hasValue(3);
    }

    @Test
    void answersAreBounded() {
        MeshSnapshot mesh = mesh(service(WEB).build(), pod("a", "10.0.0.1", WEB).build());
        for (int number = 0; number < 10 * ServiceEndpoints.MAX_DERIVED; number++) {
            assertThat(ask(mesh, number)).isEqualTo(number + ": 1");
        }
        int before = asked.get();
        ask(mesh, 0);
        assertThat(asked).as("the first one is forgotten").hasValue(before + 1);
    }

    private String ask(MeshSnapshot mesh, int number) {
        ServiceEndpoints endpoints = requireNonNull(mesh.findEndpoints(key(WEB)));
        return endpoints.derived(new Counted(number, asked), mesh);
    }
}
