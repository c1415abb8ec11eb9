package mesh.ambit.istiod.kube.api;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.util.Base64;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509TrustManager;
import mesh.ambit.testkit.TestAuthority;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.openssl.jcajce.JcaMiscPEMGenerator;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemObjectGenerator;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class ApiCredentialsTest {
    private final TestAuthority authority = new TestAuthority("cluster");
    private final Config config = Config.empty();

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String pem(PemObjectGenerator object) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        }
        return text.toString();
    }

    private static boolean isOf(KeyPair pair, PrivateKey key) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SHA256with" + (key instanceof ECPrivateKey ? "ECDSA" : "RSA"));
        signature.initSign(key);
        byte[] signed = signature.sign();
        signature.initVerify(pair.getPublic());
        return signature.verify(signed);
    }

    private static String asOpenSslWroteIt(PrivateKey key) throws IOException {
        if (!(key instanceof ECPrivateKey ec)) {
            return pem(new JcaMiscPEMGenerator(key));
        }
        int bits = ec.getParams().getOrder().bitLength();
        byte[] form = new org.bouncycastle.asn1.sec.ECPrivateKey(bits, ec.getS(), X9ObjectIdentifiers.prime256v1)
                .getEncoded();
        return pem(new PemObject("EC PARAMETERS", X9ObjectIdentifiers.prime256v1.getEncoded()))
                + pem(new PemObject("EC PRIVATE KEY", form));
    }

    private PrivateKey shown() {
        X509ExtendedKeyManager keys = (X509ExtendedKeyManager)
                requireNonNull(ApiCredentials.takenFrom(config).keys())[0];
        return keys.getPrivateKey(keys.getClientAliases("EC", null)[0]);
    }

    @ParameterizedTest
    @ValueSource(strings = {"EC", "RSA"})
    void keysAreReadInBothForms(String algorithm) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(algorithm.equals("EC") ? 256 : 2048);
        KeyPair pair = generator.generateKeyPair();
        config.setClientCertData(base64(authority.rootPem()));
        config.setClientKeyData(base64(pem(new JcaPKCS8Generator(pair.getPrivate(), null))));
        assertThat(isOf(pair, shown())).isTrue();

        config.setClientCertData(base64(authority.rootPem()));
        config.setClientKeyData(base64(asOpenSslWroteIt(pair.getPrivate())));
        assertThat(isOf(pair, shown())).isTrue();
    }

    @Test
    void filesAreReadWheneverTheyAreNeeded(@TempDir Path folder) throws IOException {
        Path roots = folder.resolve("ca.crt");
        Files.writeString(roots, authority.rootPem());
        config.setCaCertFile(roots.toString());
        ApiCredentials credentials = ApiCredentials.takenFrom(config);
        assertThat(authorities(credentials)).containsExactly(authority.root());

        TestAuthority next = new TestAuthority("next");
        Files.writeString(roots, authority.rootPem() + next.rootPem());
        assertThat(authorities(credentials)).containsExactlyInAnyOrder(authority.root(), next.root());
    }

    private static X509Certificate[] authorities(ApiCredentials credentials) {
        TrustManager[] managers = requireNonNull(credentials.trust());
        return ((X509TrustManager) managers[0]).getAcceptedIssuers();
    }

    @Test
    void nothingIsTakenOfWhatIsNotThereOrNotMeant() {
        config.setClientCertData(base64(authority.rootPem()));
        ApiCredentials credentials = ApiCredentials.takenFrom(config);
        assertThat(credentials.keys()).isNull();
        assertThat(credentials.trust()).isNull();

        config.setTrustCerts(true);
        config.setCaCertData(base64(authority.rootPem()));
        assertThat(ApiCredentials.takenFrom(config).trust()).isNull();
        assertThat(config.getCaCertData()).isNotNull();
    }

    @Test
    void whatCannotBeReadIsNamedAndNotQuoted(@TempDir Path folder) {
        config.setClientCertData(base64(authority.rootPem()));
        config.setClientKeyData(base64("-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n"));
        assertThatThrownBy(ApiCredentials.takenFrom(config)::keys)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("client-key-data: not readable in PEM form")
                .hasMessageNotContaining("c2VjcmV0")
                .hasNoCause();

        config.setClientCertData(base64("nothing of the kind"));
        config.setClientKeyData(base64("neither"));
        assertThatThrownBy(ApiCredentials.takenFrom(config)::keys)
                .hasMessageStartingWith("client-certificate-data: not readable in PEM form");

        Path missing = folder.resolve("ca.crt");
        config.setCaCertFile(missing.toString());
        assertThatThrownBy(ApiCredentials.takenFrom(config)::trust)
                .hasMessage("certificate-authority " + missing + ": not readable in PEM form (NoSuchFileException)");
    }
}
