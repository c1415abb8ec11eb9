package mesh.ambit.perf.lab;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.StringReader;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import mesh.ambit.protocol.ca.IstioCertificateRequest;
import mesh.ambit.protocol.ca.IstioCertificateResponse;
import mesh.ambit.protocol.ca.IstioCertificateServiceGrpc;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/** Signs whatever identity it is asked for: everybody in the lab is ours. */
final class Signer extends IstioCertificateServiceGrpc.IstioCertificateServiceImplBase {
    private static final String IMPERSONATED_IDENTITY = "ImpersonatedIdentity";

    private final BenchAuthority authority;

    Signer(BenchAuthority authority) {
        this.authority = authority;
    }

    @Override
    public void createCertificate(IstioCertificateRequest request, StreamObserver<IstioCertificateResponse> responses) {
        try {
            String identity = request.getMetadata()
                    .getFieldsOrThrow(IMPERSONATED_IDENTITY)
                    .getStringValue();
            responses.onNext(IstioCertificateResponse.newBuilder()
                    .addCertChain(BenchAuthority.pem(authority.leaf(
                            publicKey(request), new GeneralName(GeneralName.uniformResourceIdentifier, identity))))
                    .addCertChain(BenchAuthority.pem(authority.root()))
                    .build());
            responses.onCompleted();
        } catch (IllegalArgumentException | GeneralSecurityException | IOException e) {
            responses.onError(
                    Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asRuntimeException());
        }
    }

    private static PublicKey publicKey(IstioCertificateRequest request) throws IOException, GeneralSecurityException {
        try (PEMParser parser = new PEMParser(new StringReader(request.getCsr()))) {
            if (parser.readObject() instanceof PKCS10CertificationRequest csr) {
                return new JcaPKCS10CertificationRequest(csr).getPublicKey();
            }
            throw new IllegalArgumentException("not a signing request");
        }
    }
}
