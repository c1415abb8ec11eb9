package mesh.ambit.istiod.ambient;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import mesh.ambit.kube.AuthorizationPolicy;
import mesh.ambit.kube.EndpointSlice;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.KubeYaml;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.kube.PeerAuthentication;
import mesh.ambit.kube.Pod;
import mesh.ambit.kube.Reading;
import mesh.ambit.kube.Service;

/** Objects for tests, in the words in which people write them. All are in namespace {@code shop} unless they say so. */
final class Objects {
    private Objects() {}

    static ObjectSet set(String yaml) {
        return ObjectSet.of(all(yaml));
    }

    static List<KubeObject> all(String yaml) {
        KubeYaml.Parsed parsed = KubeYaml.parse(yaml, "test.yaml", Reading.AS_STORED);
        assertThat(parsed.problems()).isEmpty();
        return parsed.objects();
    }

    static Pod pod(String metadata, String rest) {
        return (Pod) one("{apiVersion: v1, kind: Pod, metadata: {name: web-1, namespace: shop, " + metadata + "}, "
                + rest + "}");
    }

    static Pod labelled(String labels) {
        return pod("labels: {" + labels + "}", "status: {podIP: 10.0.0.1}");
    }

    static Service service(String name, String spec) {
        return (Service) one("{apiVersion: v1, kind: Service, metadata: {name: " + name + ", namespace: shop}, spec: {"
                + spec + "}}");
    }

    static EndpointSlice slice(String name, String service, String rest) {
        return (EndpointSlice) one("{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: " + name
                + ", namespace: shop, labels: {kubernetes.io/service-name: " + service + "}}, addressType: IPv4, "
                + rest
                + "}");
    }

    static AuthorizationPolicy policy(String namespace, String name, String spec) {
        return (AuthorizationPolicy)
                one("{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: " + name
                        + ", namespace: " + namespace + "}, spec: {" + spec + "}}");
    }

    static PeerAuthentication peer(String namespace, String name, String spec) {
        return (PeerAuthentication) one("{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: "
                + name + ", namespace: " + namespace + "}, spec: {" + spec + "}}");
    }

    private static KubeObject one(String yaml) {
        return all(yaml).getFirst();
    }
}
