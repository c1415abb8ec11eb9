package mesh.ambit.istiod.issuer;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.istiod.issuer.AuditLog.Asker;
import mesh.ambit.istiod.issuer.IssuanceException.Kind;
import mesh.ambit.istiod.issuer.Issuer.Issued;
import mesh.ambit.istiod.issuer.NodeAuthorizer.Verdict.Allowed;
import mesh.ambit.istiod.issuer.NodeAuthorizer.Verdict.Denied;
import mesh.ambit.protocol.ca.IstioCertificateRequest;
import mesh.ambit.protocol.ca.IstioCertificateResponse;
import mesh.ambit.protocol.ca.IstioCertificateServiceGrpc;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate service of the mesh: tells who asks from what is asked, decides, has it signed, and leaves a line in
 * the audit log for each certificate and each refusal.
 *
 * <p>Must stand behind {@link CallerInterceptor}.
 */
public final class CertificateService extends IstioCertificateServiceGrpc.IstioCertificateServiceImplBase {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateService.class);

    /** Metadata with which a node proxy asks for the identity of a pod. */
    private static final String IMPERSONATED_IDENTITY = "ImpersonatedIdentity";

    private final Issuer issuer;
    private final AuditLog audit;
    private final NodeAuthorizer authorizer;
    private final CertificateRules rules;
    private final Function<String, Placement> placement;
    private final InstantSource clock;
    private final IssuerMetrics metrics;

    /**
     * Creates the service.
     *
     * @param placement tells what runs in the cluster that a caller says it is in, empty for one who does not say; asked
     *     once for each request, answers from memory
     */
    public CertificateService(
            CertificateAuthority authority,
            NodeAuthorizer authorizer,
            CertificateRules rules,
            Function<String, Placement> placement,
            InstantSource clock,
            IssuerMetrics metrics) {
        this(authority.issuer(), authority.audit(), authorizer, rules, placement, clock, metrics);
    }

    CertificateService(
            Issuer issuer,
            AuditLog audit,
            NodeAuthorizer authorizer,
            CertificateRules rules,
            Function<String, Placement> placement,
            InstantSource clock,
            IssuerMetrics metrics) {
        this.issuer = issuer;
        this.audit = audit;
        this.authorizer = authorizer;
        this.rules = rules;
        this.placement = placement;
        this.clock = clock;
        this.metrics = metrics;
    }

    @Override
    public void createCertificate(IstioCertificateRequest request, StreamObserver<IstioCertificateResponse> responses) {
        metrics.requested();
        String requested = requested(request.getMetadata());
        Asker asker = new Asker(CallerInterceptor.caller(), CallerInterceptor.peer(), !requested.isEmpty());
        Instant now = clock.instant();
        SpiffeId identity;
        String place;
        if (requested.isEmpty()) {
            identity = asker.caller().id();
            BoundPod pod = asker.caller().pod();
            place = pod == null ? LeafLedger.Holder.CALLER : "pod/" + pod.uid();
        } else {
            Placement present = placement.apply(CallerInterceptor.cluster());
            switch (authorizer.decide(asker.caller(), requested, present)) {
                case Allowed(SpiffeId allowed, String node) -> {
                    identity = allowed;
                    place = present.place(node);
                }
                case Denied(NodeAuthorizer.Reason reason) -> {
                    LOG.warn(
                            "{}: refused a certificate for {}: {}",
                            asker.caller(),
                            AuditLog.printable(requested),
                            reason);
                    audit.refused(asker, requested, reason.name(), "", now);
                    metrics.unauthorized();
                    metrics.unauthenticated();
                    // The caller does not learn why: it would learn what runs where.
                    fail(responses, Status.UNAUTHENTICATED, "request impersonation authentication failure");
                    return;
                }
            }
        }
        try {
            Issued issued = issue(request, identity, place, now);
            LOG.debug("certificate for {} at {}", identity, place);
            audit.issued(asker, identity.toString(), place, issued, now);
            metrics.issued();
            responses.onNext(response(issued));
            responses.onCompleted();
        } catch (IssuanceException e) {
            refuse(asker, identity, e, now, responses);
        }
    }

    private static String requested(Struct metadata) {
        Value value = metadata.getFieldsMap().get(IMPERSONATED_IDENTITY);
        return value == null ? "" : value.getStringValue();
    }

    private Issued issue(IstioCertificateRequest request, SpiffeId identity, String place, Instant now) {
        SigningRequest signingRequest;
        try {
            signingRequest = SigningRequest.parse(request.getCsr());
        } catch (IllegalArgumentException e) {
            metrics.unparsable();
            throw new IssuanceException(Kind.CSR_ERROR, String.valueOf(e.getMessage()), e);
        }
        Duration ttl = rules.lifetime(request.getValidityDuration());
        if (ttl == null) {
            throw new IssuanceException(
                    Kind.TTL_ERROR,
                    "requested lifetime of " + request.getValidityDuration() + " s (expected: at most "
                            + rules.maxTtl().toSeconds() + " s)");
        }
        return issuer.issue(new Issuer.Order(
                signingRequest.publicKey(),
                signingRequest.pem(),
                new Subject.Workload(identity, signingRequest.hasCommonName()),
                place,
                ttl,
                now));
    }

    private void refuse(
            Asker asker,
            SpiffeId identity,
            IssuanceException e,
            Instant now,
            StreamObserver<IstioCertificateResponse> responses) {
        String why = AuditLog.printable(String.valueOf(e.getMessage()));
        audit.refused(asker, identity.toString(), e.kind().name(), why, now);
        metrics.signFailed(e.kind().name());
        switch (e.kind()) {
            case CSR_ERROR, TTL_ERROR -> {
                LOG.warn("{}: refused a certificate for {}: {}: {}", asker.caller(), identity, e.kind(), why);
                // It is about what the caller sent, so it may know.
                fail(responses, Status.INVALID_ARGUMENT, "CSR signing error (" + e.kind() + ": " + why + ")");
            }
            case CA_NOT_READY, CERT_GEN_ERROR -> {
                LOG.error("no certificate for {}: {}: {}", identity, e.kind(), why);
                fail(responses, Status.INTERNAL, "CSR signing error (" + e.kind() + ")");
            }
        }
    }

    /** Returns the leaf, then what is above it, one for each element, and last everything the client is to trust. */
    private static IstioCertificateResponse response(Issued issued) {
        List<String> chain = issued.chain().stream()
                .map((X509Certificate each) -> Pem.of(each))
                .toList();
        return IstioCertificateResponse.newBuilder()
                .addAllCertChain(chain)
                .addCertChain(issued.trust().bundle())
                .build();
    }

    private static void fail(StreamObserver<IstioCertificateResponse> responses, Status status, String description) {
        responses.onError(status.withDescription(description).asRuntimeException());
    }
}
