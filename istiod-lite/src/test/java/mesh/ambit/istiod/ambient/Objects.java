package mesh.ambit.istiod.ambient;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import mesh.ambit.kube.AuthorizationPolicy;
import mesh.ambit.kube.ConfigMap;
import mesh.ambit.kube.EndpointSlice;
import mesh.ambit.kube.Gateway;
import mesh.ambit.kube.GatewayClass;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.KubeYaml;
import mesh.ambit.kube.Namespace;
import mesh.ambit.kube.Node;
import mesh.ambit.kube.ObjectMeta;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.kube.PeerAuthentication;
import mesh.ambit.kube.Pod;
import mesh.ambit.kube.Reading;
import mesh.ambit.kube.Service;
import mesh.ambit.kube.ServiceAccount;
import mesh.ambit.kube.ServiceEntry;
import mesh.ambit.kube.WorkloadEntry;

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

    /** Returns the object with other metadata. */
    static KubeObject with(KubeObject object, ObjectMeta meta) {
        return switch (object) {
            case AuthorizationPolicy o ->
                new AuthorizationPolicy(meta, o.selector(), o.targetRefs(), o.action(), o.rules());
            case ConfigMap o -> new ConfigMap(meta, o.data());
            case EndpointSlice o -> new EndpointSlice(meta, o.addressType(), o.endpoints(), o.ports());
            case Gateway o -> new Gateway(meta, o.gatewayClassName(), o.listeners(), o.addresses());
            case GatewayClass o -> new GatewayClass(meta, o.controllerName());
            case Namespace _ -> new Namespace(meta);
            case Node _ -> new Node(meta);
            case PeerAuthentication o -> new PeerAuthentication(meta, o.selector(), o.mode(), o.portLevelMtls());
            case Pod o ->
                new Pod(
                        meta,
                        o.serviceAccountName(),
                        o.nodeName(),
                        o.hostNetwork(),
                        o.containers(),
                        o.initContainers(),
                        o.status());
            case Service o ->
                new Service(
                        meta,
                        o.type(),
                        o.clusterIp(),
                        o.clusterIps(),
                        o.ipFamilies(),
                        o.ipFamilyPolicy(),
                        o.selector(),
                        o.ports(),
                        o.trafficDistribution(),
                        o.internalTrafficPolicy(),
                        o.publishNotReadyAddresses());
            case ServiceAccount _ -> new ServiceAccount(meta);
            case ServiceEntry o ->
                new ServiceEntry(
                        meta,
                        o.hosts(),
                        o.addresses(),
                        o.ports(),
                        o.resolution(),
                        o.endpoints(),
                        o.workloadSelector(),
                        o.subjectAltNames(),
                        o.assigned(),
                        o.exportTo());
            case WorkloadEntry o -> new WorkloadEntry(meta, o.endpoint());
            default -> throw new IllegalArgumentException("no " + object.kind() + " in these tests");
        };
    }

    private static KubeObject one(String yaml) {
        return all(yaml).getFirst();
    }
}
