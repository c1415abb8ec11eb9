package mesh.ambit.istiod.issuer;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.NullMarked;

/** Whatever a caller sends in the place of a signing request is one that can be used, or is refused with a reason. */
@NullMarked
class SigningRequestFuzzTest {
    @FuzzTest(maxDuration = "30s")
    void anyTextIsARequestOrRefused(byte[] input) {
        requireAnswer(new String(input, StandardCharsets.ISO_8859_1));
    }

    /** With the envelope given, so that what is tried reaches the parser of the request itself. */
    @FuzzTest(maxDuration = "30s")
    void anyBytesAreARequestOrRefused(byte[] input) {
        requireAnswer("-----BEGIN CERTIFICATE REQUEST-----\n"
                + Base64.getMimeEncoder().encodeToString(input)
                + "\n-----END CERTIFICATE REQUEST-----\n");
    }

    private static void requireAnswer(String pem) {
        try {
            SigningRequest request = SigningRequest.parse(pem);
            assertThat(request.publicKey().getAlgorithm()).isIn("EC", "RSA");
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }
}
