package mesh.ambit.tls;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.NullMarked;

/** Whatever a peer shows as its certificate has names or none, and no root of ours vouches for it by accident. */
@NullMarked
class PeerCertificateFuzzTest {
    @FuzzTest(maxDuration = "30s")
    @SuppressWarnings("EmptyCatch") // Bytes that are no certificate never reach our code.
    void anyCertificateIsRefused(byte[] input) {
        X509Certificate certificate;
        try {
            certificate = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(input));
        } catch (CertificateException e) {
            return;
        }
        List<String> names = SubjectNames.uris(certificate);
        if (names.isEmpty() && SubjectNames.firstIdentity(certificate) != null) {
            throw new AssertionError("an identity without a name");
        }
        PathFinder finder = new PathFinder(List.of());
        try {
            finder.find(PathFinder.Role.CLIENT, new X509Certificate[] {certificate}, Instant.EPOCH);
            throw new AssertionError("vouched for by nobody");
        } catch (PeerRefusedException e) {
            if (e.getMessage() == null) {
                throw new AssertionError("a refusal without a reason", e);
            }
        }
    }
}
