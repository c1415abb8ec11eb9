package mesh.ambit.istiod.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import mesh.ambit.config.Environment;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Nothing that the status of an object would say against it is kept back. */
class AnalysisTest {
    private static final String SHOP = """
            {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
            ---
            {apiVersion: v1, kind: Namespace, metadata: {name: gates}}
            ---
            {apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {ports: [{port: 80}]}}
            ---
            {apiVersion: gateway.networking.k8s.io/v1, kind: GatewayClass, metadata: {name: istio-waypoint},
             spec: {controllerName: istio.io/mesh-controller}}
            ---
            {apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: far, namespace: gates},
             spec: {gatewayClassName: istio-waypoint, listeners: [{name: mesh, port: 15008, protocol: HBONE}]},
             status: {addresses: [{type: IPAddress, value: 10.0.0.9}]}}
            ---
            {apiVersion: gateway.networking.k8s.io/v1, kind: Gateway,
             metadata: {name: near, namespace: shop, labels: {istio.io/waypoint-for: workload}},
             spec: {gatewayClassName: istio-waypoint, listeners: [{name: mesh, port: 15008, protocol: HBONE}]},
             status: {addresses: [{type: IPAddress, value: 10.0.0.8}]}}
            ---
            {apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: young, namespace: shop},
             spec: {gatewayClassName: istio-waypoint, listeners: [{name: mesh, port: 15008, protocol: HBONE}]}}
            ---
            """;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{apiVersion: v1, kind: Service, metadata: {name: o, namespace: shop, labels: {istio.io/use-waypoint: far, istio.io/use-waypoint-namespace: gates}}, spec: {ports: [{port: 80}]}} | WAYPOINT_NOT_BOUND | metadata.labels[istio.io/use-waypoint]",
                "{apiVersion: v1, kind: Service, metadata: {name: o, namespace: shop, labels: {istio.io/use-waypoint: near}}, spec: {ports: [{port: 80}]}} | WAYPOINT_NOT_BOUND | metadata.labels[istio.io/use-waypoint]",
                "{apiVersion: v1, kind: Service, metadata: {name: o, namespace: shop, labels: {istio.io/use-waypoint: no}}, spec: {ports: [{port: 80}]}} | WAYPOINT_NOT_FOUND | metadata.labels[istio.io/use-waypoint]",
                "{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: o, namespace: shop}, spec: {hosts: ['*.a.b'], resolution: DYNAMIC_DNS, ports: [{number: 80, name: http, protocol: HTTP}]}} | WAYPOINT_NEEDED | spec.hosts",
                "{%A, metadata: {name: o, namespace: shop}, spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: GatewayClass, name: istio-waypoint}]}} | TARGET_NOT_ACCEPTED | spec.targetRefs",
                "{%A, metadata: {name: o, namespace: shop}, spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: young}]}} | TARGET_NOT_FOUND | spec.targetRefs",
                "{%A, metadata: {name: o, namespace: shop}, spec: {targetRefs: [{group: '', kind: Service, name: web}]}} | TARGET_WITHOUT_WAYPOINT | spec.targetRefs[0]",
                "{%A, metadata: {name: o, namespace: shop, annotations: {istio.io/dry-run: 'true'}}, spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: near}]}} | NOT_ENFORCED | spec.action",
            })
    void whatTheStatusWouldSayIsFound(String object, String code, String field) throws IOException {
        Files.writeString(
                folder.resolve("a.yaml"),
                SHOP + object.replace("%A", "apiVersion: security.istio.io/v1, kind: AuthorizationPolicy"));

        List<Analysis.Finding> findings =
                Analysis.of(folder, Environment.of(Map.of())).findings();

        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.code()).isEqualTo(code);
            assertThat(finding.field()).isEqualTo(field);
            assertThat(finding.object()).endsWith("shop/o");
            assertThat(finding.reason()).isNotBlank();
        });
    }
}
