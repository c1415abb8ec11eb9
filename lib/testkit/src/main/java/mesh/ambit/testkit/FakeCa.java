package mesh.ambit.testkit;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import mesh.ambit.protocol.ca.IstioCertificateRequest;
import mesh.ambit.protocol.ca.IstioCertificateResponse;
import mesh.ambit.protocol.ca.IstioCertificateServiceGrpc;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/** A CA that signs whatever it is asked to, or fails as a test tells it to; TLS on loopback. Thread-safe. */
public final class FakeCa implements AutoCloseable {
    private static final Duration SKEW = Duration.ofSeconds(1);

    /** What the CA does with a request. */
    @FunctionalInterface
    public interface Behaviour {
        /** Answers through {@code responses}, now or later. */
        void answer(IstioCertificateRequest request, StreamObserver<IstioCertificateResponse> responses);
    }

    private record Signed(String uri, X509Certificate certificate) {}

    private final TestAuthority authority;
    private final GrpcServer server;
    private final Queue<IstioCertificateRequest> requests = new ConcurrentLinkedQueue<>();
    private final Queue<Signed> signed = new ConcurrentLinkedQueue<>();
    private final AtomicReference<Behaviour> behaviour = new AtomicReference<>(signing(Duration.ofHours(1)));

    private FakeCa(TestAuthority authority) {
        this.authority = authority;
        server = new GrpcServer(new Service(), authority, GrpcServer.USUAL_NAMES);
    }

    /** Starts a CA that signs with {@code authority} for an hour, which also signs its own certificate. */
    public static FakeCa start(TestAuthority authority) {
        FakeCa ca = new FakeCa(authority);
        ca.server.start();
        return ca;
    }

    /** Returns where it listens; the same after {@link #restart}. */
    public URI address() {
        return server.address();
    }

    /** Returns every request so far, in order. */
    public List<IstioCertificateRequest> requests() {
        return List.copyOf(requests);
    }

    /** Returns every certificate for {@code uri} so far, in order. */
    public List<X509Certificate> signed(String uri) {
        return signed.stream()
                .filter(each -> each.uri().equals(uri))
                .map(Signed::certificate)
                .toList();
    }

    /** Returns the metadata of every call so far, in order. */
    public List<Metadata> calls() {
        return List.copyOf(server.calls());
    }

    /** Signs from now on, for {@code life}. */
    public void sign(Duration life) {
        behaviour.set(signing(life));
    }

    /** Fails every request with {@code status} from now on. */
    public void fail(Status status) {
        behaviour.set((request, responses) -> responses.onError(status.asRuntimeException()));
    }

    /** Behaves as {@code next} says from now on. */
    public void behave(Behaviour next) {
        behaviour.set(next);
    }

    /** Goes away as a process that is killed does. */
    public void kill() {
        server.stop();
    }

    /** Comes back on the same port. */
    public void restart() {
        server.start();
    }

    @Override
    public void close() {
        server.close();
    }

    /** Returns the chain for {@code request} as the real CA would send it, valid for {@code life} from now. */
    public IstioCertificateResponse chain(IstioCertificateRequest request, Duration life) {
        return chain(request, impersonated(request), life);
    }

    /** Returns a chain that speaks for {@code uri}, whoever was asked for. */
    public IstioCertificateResponse chain(IstioCertificateRequest request, String uri, Duration life) {
        Instant now = Instant.now();
        X509Certificate leaf = authority.workload(publicKey(request), uri, now.minus(SKEW), now.plus(life));
        signed.add(new Signed(uri, leaf));
        return IstioCertificateResponse.newBuilder()
                .addCertChain(TestAuthority.pem(leaf))
                .addCertChain(authority.rootPem())
                .build();
    }

    /** Returns whom {@code request} asks for. */
    public static String impersonated(IstioCertificateRequest request) {
        return request.getMetadata().getFieldsOrThrow("ImpersonatedIdentity").getStringValue();
    }

    private Behaviour signing(Duration life) {
        return (request, responses) -> {
            responses.onNext(chain(request, life));
            responses.onCompleted();
        };
    }

    private static PublicKey publicKey(IstioCertificateRequest request) {
        try (PEMParser parser = new PEMParser(new StringReader(request.getCsr()))) {
            return new JcaPKCS10CertificationRequest((PKCS10CertificationRequest) parser.readObject()).getPublicKey();
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("not a signing request", e);
        }
    }

    private final class Service extends IstioCertificateServiceGrpc.IstioCertificateServiceImplBase {
        @Override
        public void createCertificate(
                IstioCertificateRequest request, StreamObserver<IstioCertificateResponse> responses) {
            requests.add(request);
            behaviour.get().answer(request, responses);
        }
    }
}
