package mesh.ambit.istiod.kube;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.istiod.kube.api.ApiServers;
import mesh.ambit.istiod.kube.api.FakeApi;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.KubeYaml;
import mesh.ambit.kube.Reading;
import mesh.ambit.testkit.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EntryAddressesIT {
    private static final String ENTRIES = "/apis/networking.istio.io/v1/serviceentries";

    private FakeApi api;
    private ApiServer server;
    private EntryAddresses addresses;

    @BeforeEach
    void open() throws IOException {
        api = new FakeApi().serve(ENTRIES);
        server = ApiServers.at(api.url());
        addresses = new EntryAddresses(server);
    }

    @AfterEach
    void close() {
        server.close();
        api.close();
    }

    @Test
    void theLeaderWritesWhatIsMissingAndNothingElse() throws Exception {
        tell("a", "");
        tell("b", ", status: {addresses: [{host: b.example, value: 240.240.3.3}]}");
        assertThat(api.count("PATCH")).as("nobody leads").isZero();

        try (AutoCloseable _ = addresses.lead()) {
            Await.until("an address", () -> status("a").contains("240.240."));
            tell("c", "");
            Await.until("an address", () -> status("c").contains("2001:2::"));
        }

        assertThat(status("b")).as("has one").isEmpty();
        assertThat(status("a")).contains("a.example").isNotEqualTo(status("c"));
    }

    @Test
    void aWriteThatFailsHoldsUpNobodyElse() throws Exception {
        KubeObject gone = parse("gone", "");
        addresses.changed(new ObjectChanges(Map.of(gone.key(), gone), Set.of()), List.of());
        tell("there", "");

        try (AutoCloseable _ = addresses.lead()) {
            Await.until("an address", () -> status("there").contains("240.240."));
        }
    }

    @Test
    void twoThatLeadAtTheSameMomentAssignTheSame() throws Exception {
        EntryAddresses other = new EntryAddresses(server);
        tell("a", "", addresses, other);

        api.together(2);
        try (AutoCloseable _ = addresses.lead();
                AutoCloseable _ = other.lead()) {
            Await.until(
                    "both have written",
                    () -> api.count("PATCH") == 2 && !status("a").isEmpty());
            String assigned = status("a");
            tell("b", "", addresses, other);
            Await.until(
                    "both have written",
                    () -> api.count("PATCH") >= 4 && !status("b").isEmpty());

            assertThat(status("a")).isEqualTo(assigned);
            assertThat(status("b")).contains("240.240.").isNotEqualTo(assigned);
        }

        EntryAddresses alone = new EntryAddresses(server);
        String together = status("a");
        tell("a", "", alone);
        try (AutoCloseable _ = alone.lead()) {
            Await.until("an address", () -> !status("a").isEmpty());
            assertThat(status("a")).as("what one alone assigns").isEqualTo(together);
        }
    }

    private String status(String name) {
        return requireNonNull(api.find(ENTRIES, "shop/" + name)).path("status").toString();
    }

    private void tell(String name, String status) {
        tell(name, status, addresses);
    }

    private void tell(String name, String status, EntryAddresses... told) {
        api.put(
                ENTRIES,
                "{\"metadata\": {\"name\": \"" + name + "\", \"namespace\": \"shop\"}, \"spec\": {\"hosts\": [\"" + name
                        + ".example\"]}}");
        KubeObject object = parse(name, status);
        for (EntryAddresses each : told) {
            each.changed(new ObjectChanges(Map.of(object.key(), object), Set.of()), List.of());
        }
    }

    private static KubeObject parse(String name, String status) {
        return KubeYaml.parse(
                        "{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: " + name
                                + ", namespace: shop}, spec: {hosts: [" + name + ".example], resolution: DNS}" + status
                                + "}",
                        "f.yaml",
                        Reading.AS_STORED)
                .objects()
                .getFirst();
    }
}
