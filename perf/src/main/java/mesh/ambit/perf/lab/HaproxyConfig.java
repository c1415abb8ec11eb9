package mesh.ambit.perf.lab;

import java.nio.file.Path;
import mesh.ambit.perf.lab.LabNet.Place;

/** HAProxy as it comes, with as many threads as a ztunnel has workers. */
final class HaproxyConfig {
    private HaproxyConfig() {}

    static String of(Path folder, boolean entry, Place server) {
        StringBuilder text = new StringBuilder("""
                global
                  nbthread 2
                  maxconn 8000
                defaults
                  mode tcp
                  timeout connect 5s
                  timeout client 1h
                  timeout server 1h
                """);
        String address = server.address().getHostAddress();
        for (int port : TunnelPair.PORTS) {
            int tls = TunnelPair.tlsPort(port);
            if (entry) {
                text.append("""
                        listen p%d
                          bind 127.0.0.1:%d
                          server s %s:%d ssl crt %s/a.pem ca-file %s/ca.pem verify required
                        """.formatted(port, TunnelPair.entryPort(port), address, tls, folder, folder));
            } else {
                text.append("""
                        listen p%d
                          bind %s:%d ssl crt %s/b.pem ca-file %s/ca.pem verify required
                          server s %s:%d
                        """.formatted(port, address, tls, folder, folder, address, port));
            }
        }
        return text.toString();
    }
}
