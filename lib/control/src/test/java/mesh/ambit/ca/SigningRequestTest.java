package mesh.ambit.ca;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import mesh.ambit.identity.SpiffeId;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.junit.jupiter.api.Test;

class SigningRequestTest {
    private static final SpiffeId WEB = new SpiffeId("cluster.local", "shop", "web");

    @Test
    void theRequestHasNoSubjectAndTheSpiffeIdAsItsOnlyNameWhichIsCritical() throws Exception {
        SigningRequest request = SigningRequest.of(WEB);
        PKCS10CertificationRequest csr = parse(request.pem());

        assertThat(csr.getSubject().getRDNs()).isEmpty();
        assertThat(csr.getAttributes()).hasSize(1);
        Extensions extensions =
                Extensions.getInstance(csr.getAttributes(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest)[0]
                        .getAttrValues()
                        .getObjectAt(0));
        assertThat(extensions.getExtensionOIDs()).containsExactly(Extension.subjectAlternativeName);
        assertThat(extensions.getExtension(Extension.subjectAlternativeName).isCritical())
                .isTrue();
        GeneralName[] names = GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName)
                .getNames();
        assertThat(names).hasSize(1);
        assertThat(names[0].getTagNo()).isEqualTo(GeneralName.uniformResourceIdentifier);
        assertThat(names[0].getName().toString()).isEqualTo("spiffe://cluster.local/ns/shop/sa/web");
        assertThat(csr.getSubjectPublicKeyInfo().getAlgorithm().getParameters())
                .isEqualTo(SECObjectIdentifiers.secp256r1);
        assertThat(csr.isSignatureValid(new JcaContentVerifierProviderBuilder()
                        .build(request.key().getPublic())))
                .isTrue();
    }

    @Test
    void everyRequestHasAKeyOfItsOwn() {
        assertThat(SigningRequest.of(WEB).key().getPublic())
                .isNotEqualTo(SigningRequest.of(WEB).key().getPublic());
    }

    private static PKCS10CertificationRequest parse(String pem) throws Exception {
        try (PEMParser parser = new PEMParser(new StringReader(pem))) {
            return (PKCS10CertificationRequest) parser.readObject();
        }
    }
}
