package mesh.ambit.istiod.ambient;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.model.Workload;
import mesh.ambit.wire.AddressWire;
import mesh.ambit.wire.AuthorizationWire;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class AmbientIndexPropertyTest {
    @Property(tries = 100, seed = "1")
    void orderOfObjectsDoesNotMatterForTheBytes(@ForAll("scenarios") List<KubeObject> objects, @ForAll Random order) {
        List<KubeObject> shuffled = new ArrayList<>(objects);
        Collections.shuffle(shuffled, order);

        assertThat(bytes(shuffled)).isEqualTo(bytes(objects));
    }

    @Property(tries = 100, seed = "1")
    void everyPolicyThatAWorkloadListsIsSent(@ForAll("scenarios") List<KubeObject> objects, @ForAll Random choice) {
        List<KubeObject> some = new ArrayList<>(objects);
        some.removeIf(object -> choice.nextInt(4) == 0);

        MeshState state = AmbientIndex.compute(ObjectSet.of(some), MeshSettings.DEFAULT);

        state.addresses().values().forEach(resource -> {
            if (resource instanceof Workload workload) {
                assertThat(state.authorizations().keySet()).containsAll(workload.authorizationPolicies());
            }
        });
    }

    @Provide
    Arbitrary<List<KubeObject>> scenarios() {
        return Arbitraries.of(GoldenScenarios.withFile("expected.json")).map(GoldenScenarios::objects);
    }

    private static Map<String, ByteString> bytes(List<KubeObject> objects) {
        MeshState state = AmbientIndex.compute(ObjectSet.of(objects), MeshSettings.DEFAULT);
        Map<String, ByteString> bytes = new TreeMap<>();
        state.addresses().forEach((name, resource) -> bytes.put(name, AddressWire.encode(resource)));
        state.authorizations().forEach((name, policy) -> bytes.put(name, AuthorizationWire.encode(policy)));
        return bytes;
    }
}
