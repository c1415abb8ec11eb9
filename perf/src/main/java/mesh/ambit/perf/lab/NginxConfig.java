package mesh.ambit.perf.lab;

import java.nio.file.Path;
import mesh.ambit.perf.lab.LabNet.Place;

/** nginx's stream proxy as it comes, with as many workers as a ztunnel has. */
final class NginxConfig {
    static final Path STREAM_MODULE = Path.of("/usr/lib/nginx/modules/ngx_stream_module.so");

    private NginxConfig() {}

    static String of(Path folder, boolean entry, Place server) {
        String side = entry ? "a" : "b";
        StringBuilder servers = new StringBuilder();
        String address = server.address().getHostAddress();
        for (int port : TunnelPair.PORTS) {
            int tls = TunnelPair.tlsPort(port);
            servers.append(
                    entry
                            ? "  server { listen 127.0.0.1:%d; proxy_pass %s:%d; }\n"
                                    .formatted(TunnelPair.entryPort(port), address, tls)
                            : "  server { listen %s:%d ssl; proxy_pass %s:%d; }\n"
                                    .formatted(address, tls, address, port));
        }
        String tls = entry ? """
                  proxy_ssl on;
                  proxy_ssl_certificate F/a.crt;
                  proxy_ssl_certificate_key F/a.key;
                  proxy_ssl_trusted_certificate F/ca.pem;
                  proxy_ssl_verify on;
                  proxy_ssl_name b;
                  proxy_ssl_protocols TLSv1.3;
                """ : """
                  ssl_certificate F/b.crt;
                  ssl_certificate_key F/b.key;
                  ssl_client_certificate F/ca.pem;
                  ssl_verify_client on;
                  ssl_protocols TLSv1.3;
                """;
        return """
                load_module %s;
                user root;
                daemon off;
                worker_processes 2;
                pid %s/%s.pid;
                error_log %s/%s.err;
                events { worker_connections 18000; }
                stream {
                %s%s}
                """.formatted(STREAM_MODULE, folder, side, folder, side, tls.replace("F/", folder + "/"), servers);
    }
}
