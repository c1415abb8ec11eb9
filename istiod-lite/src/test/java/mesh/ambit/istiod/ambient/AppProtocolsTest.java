package mesh.ambit.istiod.ambient;

import static org.assertj.core.api.Assertions.assertThat;

import mesh.ambit.kube.Service;
import mesh.ambit.model.AppProtocol;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AppProtocolsTest {
    @ParameterizedTest
    @CsvSource({
        // name, appProtocol, protocol, port, expected
        "http, , TCP, 80, HTTP11",
        "HTTP-web, , TCP, 80, HTTP11",
        "http2-x, , '', 80, HTTP2",
        "grpc-a, , TCP, 80, GRPC",
        "grpc-web, , TCP, 3306, UNKNOWN",
        "grpc-webby, , TCP, 80, UNKNOWN",
        "tcp, , TCP, 80, TCP",
        "https, , TCP, 443, TLS",
        "tls-a, , TCP, 443, TLS",
        "redis, , TCP, 6379, UNKNOWN",
        "mysql, , TCP, 3306, UNKNOWN",
        "web, , TCP, 80, UNKNOWN",
        "web, , TCP, 3306, TCP",
        "'', , TCP, 53, TCP",
        "http, , UDP, 80, UNKNOWN",
        "http, tcp, TCP, 80, TCP",
        "http, '', TCP, 80, UNKNOWN",
        "http, nonsense, TCP, 80, UNKNOWN",
        "http, nonsense, TCP, 25, TCP",
        "x, kubernetes.io/h2c, TCP, 80, HTTP2",
        "x, kubernetes.io/ws, TCP, 80, HTTP11",
        "x, kubernetes.io/wss, TCP, 80, TLS",
        "x, kubernetes.io/H2C, TCP, 80, UNKNOWN",
        "kubernetes.io/h2c, , TCP, 80, UNKNOWN"
    })
    void textsTellTheProtocol(
            String name, @Nullable String appProtocol, String protocol, int port, AppProtocol expected) {
        assertThat(AppProtocols.of(new Service.Port(name, protocol, appProtocol, port, null)))
                .isEqualTo(expected);
    }
}
