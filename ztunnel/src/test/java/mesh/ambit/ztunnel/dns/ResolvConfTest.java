package mesh.ambit.ztunnel.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResolvConfTest {
    @Test
    void everyLineThatWeKnowCounts() {
        ResolvConf conf = ResolvConf.parse("""
                # made by hand
                nameserver 10.96.0.10
                nameserver fd00::a ; the other one
                search a.svc.cluster.local. svc.cluster.local
                options ndots:5 timeout:2 attempts:3 edns0 trust-ad
                """);

        assertThat(conf)
                .isEqualTo(new ResolvConf(
                        List.of(InetAddress.ofLiteral("10.96.0.10"), InetAddress.ofLiteral("fd00::a")),
                        List.of("a.svc.cluster.local", "svc.cluster.local"),
                        5,
                        Duration.ofSeconds(2),
                        3,
                        true));
    }

    @Test
    void defaultsAreThoseOfTheManualPage() {
        assertThat(ResolvConf.parse(""))
                .isEqualTo(new ResolvConf(
                        List.of(InetAddress.ofLiteral("127.0.0.1")), List.of(), 1, Duration.ofSeconds(5), 2, false));
    }

    @Test
    void nonsenseIsPassedOver() {
        ResolvConf conf = ResolvConf.parse("""
                nameserver
                nameserver dns.example
                options ndots:x timeout:0 attempts:99999999
                nonsense
                nameserver 192.0.2.1
                """);

        assertThat(conf.nameservers()).containsExactly(InetAddress.ofLiteral("192.0.2.1"));
        assertThat(conf.ndots()).isEqualTo(1);
        assertThat(conf.timeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(conf.attempts()).isEqualTo(2);
    }

    @Test
    void lastOfSearchAndDomainWins() {
        assertThat(ResolvConf.parse("search a b\ndomain c\n").search()).containsExactly("c");
        assertThat(ResolvConf.parse("domain c\nsearch a b\n").search()).containsExactly("a", "b");
    }

    @Test
    void nameServersAreLimited() {
        assertThat(ResolvConf.parse("nameserver 192.0.2.1\n".repeat(100)).nameservers())
                .hasSize(ResolvConf.MAX_NAMESERVERS);
    }

    @Test
    void aCommentMayBeInAnyLetters(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("resolv.conf");
        Files.write(file, "# serveur g\u00e9n\u00e9ral\nnameserver 192.0.2.1\n".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(ResolvConf.read(file).nameservers()).containsExactly(InetAddress.ofLiteral("192.0.2.1"));
    }

    @Test
    void fileThatIsNotThereIsAnEmptyOne() {
        assertThat(ResolvConf.read(Path.of("/nonexistent/resolv.conf"))).isEqualTo(ResolvConf.parse(""));
    }
}
