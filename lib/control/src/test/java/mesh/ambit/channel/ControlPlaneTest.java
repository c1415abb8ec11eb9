package mesh.ambit.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlPlaneTest {
    @Test
    void anAddressWithoutSchemeIsHttpsAndOthersAreNotSecure() {
        assertThat(ControlPlane.parseAddress("istiod:15012")).isEqualTo(URI.create("https://istiod:15012"));
        assertThat(secure("https://istiod:15012")).isTrue();
        assertThat(secure("http://istiod:15010")).isFalse();
        assertThatThrownBy(() -> ControlPlane.parseAddress("https://")).isInstanceOf(IllegalArgumentException.class);
    }

    private static boolean secure(String address) {
        return new ControlPlane(
                        ControlPlane.parseAddress(address),
                        new TrustRoots.OperatingSystem(),
                        null,
                        null,
                        "Kubernetes",
                        Map.of())
                .isSecure();
    }

    @Test
    void anIpv6HostLosesItsBrackets() {
        ControlPlane controlPlane = new ControlPlane(
                URI.create("https://[fd77::1]:15012"),
                new TrustRoots.OperatingSystem(),
                null,
                null,
                "Kubernetes",
                Map.of());

        assertThat(controlPlane.host()).isEqualTo("fd77::1");
        assertThat(controlPlane.port()).isEqualTo(15012);
    }

    @Test
    void headerNamesAreLoweredAndMisfitsRefused() {
        assertThat(ControlPlane.parseHeaders(Map.of("X_TEAM", "blue"))).isEqualTo(Map.of("x_team", "blue"));
        assertThatThrownBy(() -> ControlPlane.parseHeaders(Map.of("X TEAM", "blue")))
                .hasMessageContaining("x team");
        assertThatThrownBy(() -> ControlPlane.parseHeaders(Map.of("X", "a\nb"))).hasMessageContaining("header x");
    }

    @Test
    void aTokenFileIsReadEachTimeAndMayNotBeEmpty(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("token");
        TokenSource source = TokenSource.parse(file.toString());
        assertThatThrownBy(source::read).isInstanceOf(IOException.class);

        Files.writeString(file, "one");
        assertThat(source.read()).isEqualTo("one");
        Files.writeString(file, "two");
        assertThat(source.read()).isEqualTo("two");
        Files.writeString(file, "");
        assertThatThrownBy(source::read).hasMessageContaining("is empty");
        Files.writeString(file, "two\n");
        assertThatThrownBy(source::read).hasMessageContaining("has a line end").hasMessageNotContaining("two");
        Files.writeString(file, "on\u00e9");
        assertThatThrownBy(source::read).hasMessageContaining("holds bytes that no token has");
    }

    @Test
    void aLiteralTokenIsItselfAndNeverPrinted() throws IOException {
        TokenSource source = TokenSource.parse("ey.secret.x");

        assertThat(source.read()).isEqualTo("ey.secret.x");
        assertThat(source.toString()).doesNotContain("secret");
    }

    @Test
    void rootsAreAWordAPemOrAPathThatNeedNotExistYet(@TempDir Path folder) {
        assertThat(TrustRoots.parse("SYSTEM")).isInstanceOf(TrustRoots.OperatingSystem.class);
        assertThat(TrustRoots.parse("-----BEGIN CERTIFICATE-----")).isInstanceOf(TrustRoots.Pem.class);
        assertThatThrownBy(TrustRoots.parse("")::load).hasMessageContaining("no certificate found");
        TrustRoots file = TrustRoots.parse(folder.resolve("root-cert.pem").toString());
        assertThat(file).isInstanceOf(TrustRoots.File.class);
        assertThatThrownBy(file::load).isInstanceOf(IOException.class);
        assertThatThrownBy(new TrustRoots.Pem("-----BEGIN nothing")::load).isInstanceOf(IOException.class);
    }

    @Test
    void commentsAroundRootsMayBeInAnyCharset(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("root-cert.pem");
        Files.write(file, "# Wurzel f\u00fcr alle\n".getBytes(StandardCharsets.ISO_8859_1));

        // Read, and judged by what is in it; not refused as bytes that are no text.
        assertThatThrownBy(new TrustRoots.File(file)::load).hasMessageContaining("not readable as PEM certificates");
    }
}
