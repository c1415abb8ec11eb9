package mesh.ambit.istiod.issuer;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import mesh.ambit.istiod.issuer.MaterialSource.Status;
import mesh.ambit.istiod.issuer.RootRotation.Straggler;
import org.jspecify.annotations.Nullable;

/**
 * The certificate authority as a person sees it; plain values, fit for JSON. Holds no key.
 *
 * @param source where the signing material is
 * @param stage of a change of the root, in lower case
 * @param meaning the stage in a sentence
 * @param signer the key that signs; empty where we do not hold it
 * @param roots the trust bundle
 * @param waiting what keeps the next step from being made: who would be left behind
 * @param revocation whether revocation lists are handed out
 * @param problem what is wrong; empty when nothing is
 */
public record AuthorityReport(
        String source,
        String stage,
        String meaning,
        String signer,
        List<RootLine> roots,
        List<WaitingLine> waiting,
        boolean revocation,
        String problem) {
    /**
     * One root of the trust bundle.
     *
     * @param key name of its key
     * @param signs whether it is the one that signs, or is above it
     */
    public record RootLine(String key, String subject, String notBefore, String notAfter, boolean signs) {}

    /** Somebody whose certificate keeps the next step waiting; {@code holder} is empty where only the time is known. */
    public record WaitingLine(String holder, String until, String problem) {}

    static AuthorityReport of(
            @Nullable Trust trust,
            @Nullable MaterialSource source,
            String elsewhere,
            String problem,
            String auditProblem,
            Instant now) {
        Status status = source == null ? null : source.status(now);
        Stage stage = status == null ? Stage.STEADY : status.stage();
        String signer = source == null ? "" : source.current().material().keyId();
        List<RootLine> roots = new ArrayList<>();
        for (X509Certificate root : trust == null ? List.<X509Certificate>of() : trust.roots()) {
            String key = Certificates.keyId(root);
            roots.add(new RootLine(
                    key,
                    root.getSubjectX500Principal().getName(),
                    root.getNotBefore().toInstant().toString(),
                    root.getNotAfter().toInstant().toString(),
                    key.equals(signer)));
        }
        return new AuthorityReport(
                status == null ? elsewhere : status.source(),
                RotationReport.name(stage),
                stage.meaning(),
                signer,
                roots,
                status == null ? List.of() : lines(status.waitingFor()),
                trust != null && trust.crl() != null,
                problem.isEmpty() ? auditProblem : problem);
    }

    static List<WaitingLine> lines(List<Straggler> stragglers) {
        return stragglers.stream()
                .map(each -> new WaitingLine(each.who(), each.until().toString(), each.problem()))
                .toList();
    }
}
