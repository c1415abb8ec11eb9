package mesh.ambit.istiod.ambient;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mesh.ambit.kube.ObjectMeta;
import mesh.ambit.kube.PeerAuthentication;
import mesh.ambit.kube.PeerAuthentication.Mode;
import mesh.ambit.kube.WorkloadSelector;
import mesh.ambit.policy.Match;
import mesh.ambit.policy.Policy;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/** What a client enforces is what the PeerAuthentications say, port by port. */
class PeerAuthenticationPropertyTest {
    private static final String ROOT = "istio-system";
    private static final Map<String, String> LABELS = Map.of("app", "web");

    @Property(tries = 2048, seed = "1")
    void connectionsWithoutIdentityAreRefusedExactlyWhereThePortIsStrict(
            @ForAll Mode mesh,
            @ForAll Mode namespace,
            @ForAll boolean withEmptySelector,
            @ForAll Mode workload,
            @ForAll Mode port8,
            @ForAll Mode port9) {
        List<PeerAuthentication> objects = List.of(
                peer(ROOT, "mesh", null, mesh, Map.of()),
                peer("shop", "ns", withEmptySelector ? new WorkloadSelector(Map.of()) : null, namespace, Map.of()),
                peer("shop", "web", new WorkloadSelector(LABELS), workload, Map.of(8, port8, 9, port9)));
        PeerAuthenticationConversion conversion =
                new PeerAuthenticationConversion(new PeerAuthentications(objects, ROOT), ROOT);
        Map<String, Policy> sent = new HashMap<>();
        conversion.policies().forEach(policy -> sent.put(policy.key(), policy));
        String key = conversion.keyFor("shop", LABELS);
        boolean inherited = firstSet(namespace, mesh) == Mode.STRICT;

        Map<Integer, Boolean> refused = new HashMap<>();
        Map<Integer, Boolean> expected = new HashMap<>();
        List<Integer> ports = new ArrayList<>(List.of(7, 8, 9));
        for (int port : ports) {
            refused.put(port, key != null && refuses(sent.get(key), port));
            Mode ofPort = port == 8 ? port8 : port == 9 ? port9 : Mode.UNSET;
            expected.put(port, firstSet(ofPort, workload, namespace, mesh) == Mode.STRICT);
        }

        boolean onlyDisableOverrides = workload == Mode.UNSET
                && inherited
                && port8 != Mode.PERMISSIVE
                && port9 != Mode.PERMISSIVE
                && (port8 == Mode.DISABLE || port9 == Mode.DISABLE);
        if (onlyDisableOverrides) {
            // As upstream has it, DISABLE alone is no exception from an inherited mode: everything stays strict.
            expected.replaceAll((port, strict) -> true);
        }
        assertThat(refused).isEqualTo(expected);
    }

    private static Mode firstSet(Mode... modes) {
        for (Mode mode : modes) {
            if (mode != Mode.UNSET) {
                return mode;
            }
        }
        return Mode.UNSET;
    }

    private static boolean refuses(@Nullable Policy policy, int port) {
        return requireNonNull(policy, "a policy that is listed is sent").groups().stream()
                .anyMatch(group -> group.clauses().stream()
                        .allMatch(clause -> clause.matches().stream().anyMatch(match -> holds(match, port))));
    }

    /** Whether a match holds for a connection without identity. */
    private static boolean holds(Match match, int port) {
        boolean portsHold =
                match.destinationPorts().isEmpty() || match.destinationPorts().contains(port);
        return !match.isEmpty() && portsHold && !match.notDestinationPorts().contains(port);
    }

    private static PeerAuthentication peer(
            String namespace, String name, @Nullable WorkloadSelector selector, Mode mode, Map<Integer, Mode> ports) {
        return new PeerAuthentication(ObjectMeta.of(namespace, name), selector, mode, ports);
    }
}
