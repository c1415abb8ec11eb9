package mesh.ambit.ca;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.tls.PemText;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/**
 * A fresh P-256 key and the request to have it certified: no subject, the SPIFFE ID as the only name, critical because the
 * subject is empty.
 *
 * @param key never leaves the process
 * @param pem the request
 */
record SigningRequest(KeyPair key, String pem) {
    static SigningRequest of(SpiffeId identity) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair key = generator.generateKeyPair();

            ExtensionsGenerator extensions = new ExtensionsGenerator();
            GeneralName name = new GeneralName(GeneralName.uniformResourceIdentifier, identity.toString());
            extensions.addExtension(Extension.subjectAlternativeName, true, new GeneralNames(name));
            PKCS10CertificationRequest request = new JcaPKCS10CertificationRequestBuilder(
                            new X500Name(""), key.getPublic())
                    .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate())
                    .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate()));
            return new SigningRequest(key, PemText.print("CERTIFICATE REQUEST", request.getEncoded()));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new SigningException("cannot make a key and a request for " + identity + ": " + e.getMessage(), e);
        }
    }

    /** Leaves out the key. */
    @Override
    public String toString() {
        return "SigningRequest";
    }
}
