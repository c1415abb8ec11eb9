package mesh.ambit.istiod.ambient;

import static org.assertj.core.api.Assertions.assertThat;

import mesh.ambit.kube.ObjectMeta;
import mesh.ambit.model.TunnelProtocol;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TunnelsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "annotations: {ambient.istio.io/redirection: enabled} | HBONE | false",
                "annotations: {ambient.istio.io/redirection: Enabled} | NONE | false",
                "annotations: {ambient.istio.io/redirection: pending} | NONE | false",
                "labels: {ambient.istio.io/redirection: enabled} | NONE | false",
                "labels: {istio.io/dataplane-mode: ambient} | NONE | false",
                "labels: {networking.istio.io/tunnel: http} | HBONE | true",
                "labels: {networking.istio.io/tunnel: 'a,http,b'} | HBONE | true",
                "labels: {networking.istio.io/tunnel: 'a, http'} | NONE | false",
                "labels: {networking.istio.io/tunnel: HTTP} | NONE | false",
                "labels: {security.istio.io/tlsMode: istio} | NONE | false"
            })
    void onlyTheExactWordsMakeATunnel(String metadata, TunnelProtocol protocol, boolean isNative) {
        ObjectMeta meta = Objects.pod(metadata, "spec: {}").metadata();

        assertThat(Tunnels.protocol(meta.labels(), meta.annotations())).isEqualTo(protocol);
        assertThat(Tunnels.isNative(meta.labels())).isEqualTo(isNative);
    }
}
