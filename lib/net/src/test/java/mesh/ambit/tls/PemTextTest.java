package mesh.ambit.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PemTextTest {
    private final X509Certificate certificate = new TestPki().root();

    @ParameterizedTest
    @ValueSource(ints = {4, 60, 64, 76})
    void linesAreAsLongAsAskedFor(int columns) throws Exception {
        String text = PemText.print("CERTIFICATE", certificate.getEncoded(), columns);

        List<String> lines = text.lines().toList();
        List<String> body = lines.subList(1, lines.size() - 1);
        assertThat(body.subList(0, body.size() - 1))
                .allSatisfy(line -> assertThat(line).hasSize(columns));
        assertThat(body.getLast()).hasSizeBetween(1, columns);
        assertThat(PemText.certificates(text)).containsExactly(certificate);
    }

    @Test
    void linesAreThoseOfTheStandard() throws Exception {
        byte[] der = certificate.getEncoded();

        assertThat(PemText.print("CERTIFICATE", der))
                .isEqualTo(PemText.print("CERTIFICATE", der, 64))
                .startsWith("-----BEGIN CERTIFICATE-----\n")
                .endsWith("\n-----END CERTIFICATE-----\n");
    }
}
