package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import mesh.ambit.kube.ServiceEntry.HostAddress;
import mesh.ambit.kube.ServiceEntry.Resolution;
import org.junit.jupiter.api.Test;

class EntryIpsTest {
    @Test
    void everyHostHasOneOfEachFamily() {
        ServiceEntry entry = entry("a", 0, Resolution.DNS, "a.example", "*.example", "b.example");

        List<HostAddress> assigned =
                requireNonNull(EntryIps.corrections(List.of(entry)).get(entry.key()));

        assertThat(assigned)
                .extracting(HostAddress::host)
                .containsExactly("a.example", "a.example", "b.example", "b.example");
        assertThat(assigned.getFirst().value()).startsWith("240.240.");
        assertThat(assigned.get(1).value()).startsWith("2001:2::");
        assertThat(EntryIps.corrections(List.of(entry.withAssigned(assigned)))).isEmpty();
    }

    @Test
    void whoWantsNoneOrHasItsOwnHasNone() {
        List<HostAddress> stale = List.of(new HostAddress("a.example", "240.240.0.1"));
        ServiceEntry none = entry("a", 0, Resolution.NONE, "a.example").withAssigned(stale);
        ServiceEntry out = new ServiceEntry(
                none.metadata().withLabels(Map.of(EntryIps.OPT_OUT_LABEL, "False")),
                none.hosts(),
                List.of(),
                List.of(),
                Resolution.DNS,
                List.of(),
                null,
                List.of(),
                List.of(),
                List.of());

        assertThat(EntryIps.corrections(List.of(none))).containsExactly(Map.entry(none.key(), List.of()));
        assertThat(EntryIps.corrections(List.of(out))).isEmpty();
    }

    @Test
    void conflictIsForTheYoungerToYield() {
        List<HostAddress> same = List.of(new HostAddress("x.example", "240.240.7.7"));
        ServiceEntry old = entry("z", 1, Resolution.DNS, "x.example").withAssigned(same);
        ServiceEntry young = entry("a", 2, Resolution.DNS, "x.example").withAssigned(same);

        Map<ObjectKey, List<HostAddress>> corrections = EntryIps.corrections(List.of(young, old));

        assertThat(corrections).containsOnlyKeys(young.key());
        assertThat(corrections.get(young.key())).hasSize(2).doesNotContainAnyElementsOf(same);
    }

    @Test
    void manyHostsShareNoAddressInWhateverOrderTheyCome() {
        List<ServiceEntry> entries = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            entries.add(entry("e" + i, i % 3, Resolution.STATIC, "h" + i + ".example"));
        }
        Map<ObjectKey, List<HostAddress>> once = EntryIps.corrections(entries);
        Collections.shuffle(entries, new Random(1));

        assertThat(EntryIps.corrections(entries)).isEqualTo(once);
        Set<String> taken = new HashSet<>();
        once.values()
                .forEach(addresses -> addresses.forEach(
                        address -> assertThat(taken.add(address.value())).isTrue()));
        assertThat(taken).hasSize(4000);
    }

    @Test
    void whatWasAssignedIsKeptByTheRecord() {
        ServiceEntry entry = entry("a", 0, Resolution.DNS, "a.example");
        Map<String, List<String>> former = Map.of("shop/a/a.example", List.of("240.240.1.2"), "shop/web", List.of("x"));

        EntryIps.Assignment assignment = EntryIps.assign(ObjectSet.of(List.of(entry)), former);

        assertThat(assignment.objects().serviceEntries().getFirst().assigned())
                .containsExactly(new HostAddress("a.example", "240.240.1.2"));
        assertThat(assignment.record()).containsOnlyKeys("shop/a/a.example");
    }

    private static ServiceEntry entry(String name, int second, Resolution resolution, String... hosts) {
        ObjectMeta meta = new ObjectMeta(
                name, "shop", "", "", Map.of(), Map.of(), Instant.ofEpochSecond(second), null, List.of(), 0);
        return new ServiceEntry(
                meta,
                List.of(hosts),
                List.of(),
                List.of(),
                resolution,
                List.of(),
                null,
                List.of(),
                List.of(),
                List.of());
    }
}
