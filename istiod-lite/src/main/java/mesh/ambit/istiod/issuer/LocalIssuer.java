package mesh.ambit.istiod.issuer;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import mesh.ambit.istiod.issuer.CertificateRules.Validity;
import mesh.ambit.istiod.issuer.LeafLedger.Holder;
import mesh.ambit.istiod.issuer.LeafLedger.Leaf;
import mesh.ambit.istiod.issuer.MaterialSource.Snapshot;

/** Signs with a key that we hold, and remembers who got what. */
final class LocalIssuer implements Issuer {
    private final MaterialSource source;
    private final LeafLedger ledger;

    LocalIssuer(MaterialSource source, LeafLedger ledger) {
        this.source = source;
        this.ledger = ledger;
    }

    @Override
    public Issued issue(Order order) {
        Instant end = end(source.current().material(), order);
        // Our own port's certificate binds nobody: its clients take their roots from elsewhere.
        return order.subject() instanceof Subject.Workload
                ? source.signing(end, order.now(), snapshot -> remembered(sign(snapshot, order), order))
                : sign(source.current(), order);
    }

    private static Instant end(SigningMaterial material, Order order) {
        return CertificateRules.validity(order.lifetime(), order.now(), material.end())
                .notAfter();
    }

    private static Issued sign(Snapshot snapshot, Order order) {
        SigningMaterial material = snapshot.material();
        if (!material.end().isAfter(order.now())) {
            throw new IssuanceException(
                    IssuanceException.Kind.CA_NOT_READY,
                    material.origin() + ": the signing certificate or its chain expired on " + material.end());
        }
        Validity validity = CertificateRules.validity(order.lifetime(), order.now(), material.end());
        List<X509Certificate> chain = new ArrayList<>();
        chain.add(Certificates.leaf(order.key(), order.subject(), validity, material.certificate(), material.key()));
        chain.addAll(material.chain());
        return new Issued(chain, material.trust(), material.keyId(), snapshot.generation());
    }

    private Issued remembered(Issued issued, Order order) {
        ledger.issued(
                new Holder(order.subject().toString(), order.place()),
                new Leaf(issued.generation(), issued.leaf().getNotAfter().toInstant()),
                order.now());
        return issued;
    }

    @Override
    public Trust trust() {
        return source.current().material().trust();
    }
}
