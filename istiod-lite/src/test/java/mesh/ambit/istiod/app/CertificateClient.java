package mesh.ambit.istiod.app;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertPathValidator;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import mesh.ambit.istiod.issuer.Requests;
import mesh.ambit.protocol.ca.IstioCertificateRequest;
import mesh.ambit.protocol.ca.IstioCertificateResponse;
import mesh.ambit.protocol.ca.IstioCertificateServiceGrpc;

/** A node's proxy that asks for certificates, over a new connection each time. */
final class CertificateClient {
    private final ControllerLab lab;
    private final KeyPair keys;

    CertificateClient(ControllerLab lab) throws Exception {
        this.lab = lab;
        this.keys = KeyPairGenerator.getInstance("EC").generateKeyPair();
    }

    /**
     * What a proxy holds for a pod.
     *
     * @param chain leaf first
     * @param roots what it verifies peers with
     * @param elements the answer as it came
     */
    record Held(List<X509Certificate> chain, List<X509Certificate> roots, List<String> elements) {
        X509Certificate leaf() {
            return chain.getFirst();
        }

        /** Returns whether a peer that holds {@code other} would believe this one, as Java judges paths. */
        boolean isAcceptedBy(Held other) throws Exception {
            Set<TrustAnchor> anchors = new HashSet<>();
            other.roots().forEach(root -> anchors.add(new TrustAnchor(root, null)));
            PKIXParameters parameters = new PKIXParameters(anchors);
            parameters.setRevocationEnabled(false);
            List<X509Certificate> path =
                    chain.stream().filter(each -> !other.roots().contains(each)).toList();
            try {
                CertPathValidator.getInstance("PKIX")
                        .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
                return true;
            } catch (GeneralSecurityException e) {
                return false;
            }
        }
    }

    /** Writes a new certificate of {@code identity} with its key and the roots into {@code folder}, as agents do. */
    Path write(Path folder, String node, String identity) throws Exception {
        Held held = ask(node, identity);
        Files.createDirectories(folder);
        int last = held.elements().size() - 1;
        Files.writeString(
                folder.resolve("cert-chain.pem"),
                String.join("\n", held.elements().subList(0, last)));
        Files.writeString(folder.resolve("root-cert.pem"), held.elements().get(last));
        Files.writeString(
                folder.resolve("key.pem"),
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(keys.getPrivate().getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
        return folder;
    }

    /** Returns a new certificate of {@code identity}, asked for by the proxy of {@code node}. */
    Held ask(String node, String identity) throws Exception {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + lab.token(node));
        IstioCertificateResponse response = IstioCertificateServiceGrpc.newBlockingStub(lab.channel())
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .createCertificate(IstioCertificateRequest.newBuilder()
                        .setCsr(Requests.pem(keys, identity))
                        .setValidityDuration(3600)
                        .setMetadata(Struct.newBuilder()
                                .putFields(
                                        "ImpersonatedIdentity",
                                        Value.newBuilder()
                                                .setStringValue(identity)
                                                .build()))
                        .build());
        List<String> elements = response.getCertChainList();
        List<X509Certificate> chain = new ArrayList<>();
        for (String element : elements.subList(0, elements.size() - 1)) {
            List<X509Certificate> one = certificates(element);
            if (one.size() != 1) {
                throw new AssertionError("an element with " + one.size() + " certificates");
            }
            chain.addAll(one);
        }
        return new Held(chain, certificates(elements.getLast()), elements);
    }

    static List<X509Certificate> certificates(String pem) throws Exception {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Certificate each : CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))) {
            certificates.add((X509Certificate) each);
        }
        return certificates;
    }
}
