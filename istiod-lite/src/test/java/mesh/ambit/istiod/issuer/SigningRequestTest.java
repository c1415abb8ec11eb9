package mesh.ambit.istiod.issuer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SigningRequestTest {
    private static final String WEB = "spiffe://cluster.local/ns/shop/sa/web";

    @Test
    void yieldsItsKeyWhateverNamesItAsksFor() throws Exception {
        KeyPair keys = Pem.newKeyPair();

        SigningRequest request =
                SigningRequest.parse(Requests.pem(keys, "spiffe://cluster.local/ns/kube-system/sa/admin"));

        assertThat(request.publicKey()).isEqualTo(keys.getPublic());
        assertThat(request.hasCommonName()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "EC, secp256r1, SHA256withECDSA",
        "EC, secp384r1, SHA384withECDSA",
        "EC, secp521r1, SHA512withECDSA",
        "RSA, 2048, SHA256withRSA",
        "RSA, 3072, SHA512withRSA"
    })
    void keysThatAreStrongEnoughAreTaken(String kind, String size, String signature) throws Exception {
        KeyPair keys = keys(kind, size);

        assertThat(SigningRequest.parse(Requests.pem(keys, WEB, signature)).publicKey())
                .isEqualTo(keys.getPublic());
    }

    @ParameterizedTest
    @CsvSource({
        "RSA, 1024, SHA256withRSA, of 1024 bits",
        "DSA, 2048, SHA256withDSA, of a kind that is not used",
        "Ed25519, '', Ed25519, of a kind that is not used",
        "RSA, 2048, SHA1withRSA, expected: SHA-256 or better",
        "RSA, 2048, MD5withRSA, expected: SHA-256 or better",
        "EC, secp256r1, SHA1withECDSA, expected: SHA-256 or better"
    })
    void othersAreRefusedWithTheReason(String kind, String size, String signature, String reason) throws Exception {
        String pem = Requests.pem(keys(kind, size), WEB, signature);

        assertThatThrownBy(() -> SigningRequest.parse(pem))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void oneSignedByAnotherKeyIsRefused() throws Exception {
        KeyPair mine = Pem.newKeyPair();
        KeyPair other = Pem.newKeyPair();

        assertThatThrownBy(() ->
                        SigningRequest.parse(Requests.pem(new KeyPair(mine.getPublic(), other.getPrivate()), WEB)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not match its key");
    }

    @Test
    void whatIsNoneIsRefused() throws Exception {
        String certificate =
                Signers.root("somebody", Instant.parse("2026-11-21T12:00:00Z")).pem();
        String hollow = """
                -----BEGIN CERTIFICATE REQUEST-----
                AAAA
                -----END CERTIFICATE REQUEST-----
                """;

        for (String text : List.of("", "garbage", certificate, hollow, "x".repeat(70_000))) {
            assertThatThrownBy(() -> SigningRequest.parse(text)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void oneThatIsNestedAsDeepAsCanBeIsRefused() {
        for (int[] step : List.of(new int[] {0x30, 0x80}, new int[] {0x24, 0x80}, new int[] {0xa0, 0x80})) {
            byte[] bytes = new byte[12_000];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) step[i % 2];
            }
            String pem = "-----BEGIN CERTIFICATE REQUEST-----\n"
                    + Base64.getMimeEncoder().encodeToString(bytes)
                    + "\n-----END CERTIFICATE REQUEST-----\n";

            assertThatThrownBy(() -> SigningRequest.parse(pem)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static KeyPair keys(String kind, String size) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
        switch (kind) {
            case "EC" -> generator.initialize(new ECGenParameterSpec(size));
            case "RSA", "DSA" -> generator.initialize(Integer.parseInt(size));
            default -> {
                // One size only.
            }
        }
        return generator.generateKeyPair();
    }
}
