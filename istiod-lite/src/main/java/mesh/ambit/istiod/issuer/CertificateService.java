package mesh.ambit.istiod.issuer;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Supplier;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.istiod.issuer.CertificateRules.Validity;
import mesh.ambit.istiod.issuer.NodeAuthorizer.Verdict.Allowed;
import mesh.ambit.istiod.issuer.NodeAuthorizer.Verdict.Denied;
import mesh.ambit.protocol.ca.IstioCertificateRequest;
import mesh.ambit.protocol.ca.IstioCertificateResponse;
import mesh.ambit.protocol.ca.IstioCertificateServiceGrpc;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate service of the mesh: tells who asks from what is asked, decides, signs, and leaves a line in the log
 * for each certificate.
 *
 * <p>Must stand behind {@link CallerInterceptor}.
 */
public final class CertificateService extends IstioCertificateServiceGrpc.IstioCertificateServiceImplBase {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateService.class);

    /** Metadata with which a node proxy asks for the identity of a pod. */
    private static final String IMPERSONATED_IDENTITY = "ImpersonatedIdentity";

    private final CertificateAuthority authority;
    private final NodeAuthorizer authorizer;
    private final CertificateRules rules;
    private final Supplier<Placement> placement;
    private final InstantSource clock;
    private final IssuerMetrics metrics;

    /** Creates the service; {@code placement} is asked once for each request and answers from memory. */
    public CertificateService(
            CertificateAuthority authority,
            NodeAuthorizer authorizer,
            CertificateRules rules,
            Supplier<Placement> placement,
            InstantSource clock,
            IssuerMetrics metrics) {
        this.authority = authority;
        this.authorizer = authorizer;
        this.rules = rules;
        this.placement = placement;
        this.clock = clock;
        this.metrics = metrics;
    }

    @Override
    public void createCertificate(IstioCertificateRequest request, StreamObserver<IstioCertificateResponse> responses) {
        metrics.requested();
        CallerIdentity caller = CallerInterceptor.caller();
        SpiffeId identity = identity(caller, request.getMetadata());
        if (identity == null) {
            fail(responses, Status.UNAUTHENTICATED, "request impersonation authentication failure");
            return;
        }
        SigningRequest signingRequest;
        try {
            signingRequest = SigningRequest.parse(request.getCsr());
        } catch (IllegalArgumentException e) {
            LOG.warn("{}: refused a certificate for {}: {}", caller, identity, e.getMessage());
            metrics.unparsable();
            fail(responses, Status.INVALID_ARGUMENT, "CSR_ERROR: signing request is not usable");
            return;
        }
        Duration ttl = rules.lifetime(request.getValidityDuration());
        if (ttl == null) {
            LOG.warn(
                    "{}: refused a certificate for {}: {} s asked (expected: at most {})",
                    caller,
                    identity,
                    request.getValidityDuration(),
                    rules.maxTtl());
            metrics.signFailed("TTL_ERROR");
            fail(responses, Status.INVALID_ARGUMENT, "TTL_ERROR: validity is more than the longest allowed");
            return;
        }
        Instant now = clock.instant();
        Validity validity = authority.validity(ttl, now);
        if (!validity.notAfter().isAfter(now)) {
            LOG.error("root certificate has expired, no certificate for {}", identity);
            metrics.signFailed("CA_NOT_READY");
            fail(responses, Status.INTERNAL, "CA_NOT_READY: the signing certificate has expired");
            return;
        }
        X509Certificate certificate = authority.signWorkload(signingRequest.publicKey(), identity, validity);
        LOG.info(
                "certificate {} serial {} until {} for {}",
                identity,
                certificate.getSerialNumber().toString(16),
                certificate.getNotAfter().toInstant(),
                caller);
        metrics.issued();
        responses.onNext(IstioCertificateResponse.newBuilder()
                .addCertChain(Pem.of(certificate))
                // Last, as the protocol has it: everything the client is to trust.
                .addCertChain(authority.trustBundle())
                .build());
        responses.onCompleted();
    }

    /** Returns the identity that the caller gets, its own or a pod's; null if it may not have what it asks for. */
    private @Nullable SpiffeId identity(CallerIdentity caller, Struct metadata) {
        Value requested = metadata.getFieldsMap().get(IMPERSONATED_IDENTITY);
        if (requested == null || requested.getStringValue().isEmpty()) {
            return caller.id();
        }
        return switch (authorizer.decide(caller, requested.getStringValue(), placement.get())) {
            case Allowed(SpiffeId identity) -> identity;
            case Denied(NodeAuthorizer.Reason reason) -> {
                LOG.warn("{}: refused a certificate for {}: {}", caller, printable(requested.getStringValue()), reason);
                metrics.unauthorized();
                yield null;
            }
        };
    }

    private static void fail(StreamObserver<IstioCertificateResponse> responses, Status status, String description) {
        responses.onError(status.withDescription(description).asRuntimeException());
    }

    /** Returns hostile text so that it takes one line of the log. */
    private static String printable(String text) {
        String line = text.replaceAll("\\p{Cntrl}", "?");
        return line.length() <= 256 ? line : line.substring(0, 256) + "…";
    }
}
