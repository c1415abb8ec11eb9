package mesh.ambit.perf.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import mesh.ambit.linux.Command;
import mesh.ambit.perf.lab.LabNet.Place;
import mesh.ambit.perf.load.Ports;
import org.bouncycastle.asn1.x509.GeneralName;

/**
 * A general proxy on each side with mutual TLS 1.3 between them, a tunnel for each connection. Clients dial a port of
 * their own pod instead of being captured.
 */
final class TunnelPair implements Subject {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    /** Distance from a port of the application to the one that stands for it on each side. */
    private static final int ENTRY_OFFSET = 100;

    private static final int TLS_OFFSET = 200;
    static final List<Integer> PORTS = List.of(Ports.SINK, Ports.SOURCE, Ports.ECHO);

    private final Kind kind;
    private final Lab lab;
    private final Place client;
    private final Place server;
    private final Path folder;
    private List<LabProcess> programs = List.of();

    /** A program that can do it. */
    enum Kind {
        HAPROXY("haproxy", "haproxy") {
            @Override
            String config(Path folder, boolean entry, Place server) {
                return HaproxyConfig.of(folder, entry, server);
            }

            @Override
            List<String> command(Path config) {
                return List.of("haproxy", "-db", "-f", config.toString());
            }
        },
        NGINX("nginx", "nginx and libnginx-mod-stream") {
            @Override
            String config(Path folder, boolean entry, Place server) {
                return NginxConfig.of(folder, entry, server);
            }

            @Override
            List<String> command(Path config) {
                return List.of("nginx", "-c", config.toString());
            }
        };

        private final String program;
        private final String packages;

        Kind(String program, String packages) {
            this.program = program;
            this.packages = packages;
        }

        abstract String config(Path folder, boolean entry, Place server);

        abstract List<String> command(Path config);

        /** Returns why it cannot take part, or an empty text. */
        String missing() {
            boolean there = List.of("/usr/sbin/", "/usr/bin/", "/usr/local/sbin/").stream()
                    .anyMatch(folder -> Files.isExecutable(Path.of(folder + program)));
            if (!there || (this == NGINX && !Files.exists(NginxConfig.STREAM_MODULE))) {
                return program + " is not measured: install " + packages;
            }
            return "";
        }

        String version() {
            Command.Result result = Command.of(program, "-v").run();
            return (result.output() + result.errors()).lines().findFirst().orElse(program);
        }
    }

    TunnelPair(Kind kind, Lab lab, Place client, Place server) throws IOException {
        this.kind = kind;
        this.lab = lab;
        this.client = client;
        this.server = server;
        folder = Files.createDirectories(lab.folder().resolve(kind.program));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(
                folder.resolve("ca.pem"), BenchAuthority.pem(lab.authority().root()));
        writeLeaf("a");
        writeLeaf("b");
        Files.writeString(folder.resolve("a.conf"), kind.config(folder, true, server));
        Files.writeString(folder.resolve("b.conf"), kind.config(folder, false, server));
    }

    private void writeLeaf(String name) throws IOException {
        BenchAuthority.Leaf leaf = lab.authority().leaf(new GeneralName(GeneralName.dNSName, name));
        Files.writeString(folder.resolve(name + ".pem"), leaf.pem());
        Files.writeString(folder.resolve(name + ".crt"), BenchAuthority.pem(leaf.certificate()));
        Files.writeString(folder.resolve(name + ".key"), leaf.keyPem());
    }

    /** Returns the port that stands for {@code port} at the client. */
    static int entryPort(int port) {
        return port + ENTRY_OFFSET;
    }

    /** Returns the port of the server's side of the tunnel for {@code port}. */
    static int tlsPort(int port) {
        return port + TLS_OFFSET;
    }

    @Override
    public String name() {
        return kind.program;
    }

    @Override
    public String description() {
        return kind.version() + ", a pair with mutual TLS 1.3, two threads each";
    }

    @Override
    public Place client() {
        return client;
    }

    @Override
    public Place server() {
        return server;
    }

    @Override
    public InetSocketAddress target(int port) {
        return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), entryPort(port));
    }

    @Override
    public List<LabProcess> programs() {
        return programs;
    }

    @Override
    public void start() {
        programs = List.of(start("a", client), start("b", server));
    }

    private LabProcess start(String side, Place place) {
        try {
            Files.createDirectories(folder.resolve(side + ".d"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return lab.start(kind.program + "-" + side, place, kind.command(folder.resolve(side + ".conf")), Map.of());
    }

    @Override
    public void stopClientSide() {
        programs.getFirst().end(PATIENCE);
    }

    @Override
    public void startClientSide() {
        programs = List.of(start("a", client), programs.getLast());
    }

    @Override
    public void stop() {
        programs.forEach(program -> program.end(PATIENCE));
        programs = List.of();
    }
}
