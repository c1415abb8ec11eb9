package mesh.ambit.istiod.issuer;

import java.io.IOException;
import java.security.KeyPair;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** Signing requests of our own. */
final class CertificateRequests {
    private CertificateRequests() {}

    /** Returns a request of {@code keys} for {@code subject} as PEM. */
    static String of(KeyPair keys, Subject subject) {
        try {
            ExtensionsGenerator extensions = new ExtensionsGenerator();
            extensions.addExtension(Extension.subjectAlternativeName, true, subject.names());
            PKCS10CertificationRequest request = new JcaPKCS10CertificationRequestBuilder(
                            new X500NameBuilder(BCStyle.INSTANCE).build(), keys.getPublic())
                    .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate())
                    .build(Certificates.contentSigner(keys.getPublic(), keys.getPrivate()));
            return Pem.of(request);
        } catch (IOException | OperatorCreationException e) {
            throw new IllegalStateException("a signing request that cannot be made", e);
        }
    }
}
