package mesh.ambit.istiod.issuer;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.istiod.issuer.Authentication.Accepted;
import mesh.ambit.istiod.issuer.Authentication.Refused;

/** Reads identities from client certificates that the TLS layer has verified against our root. */
final class ClientCertificates {
    /** Tag of a URI among subject alternative names (RFC 5280 4.2.1.6). */
    private static final int URI_TAG = 6;

    private ClientCertificates() {}

    /** Returns the caller that {@code leaf} names: its one SPIFFE ID, of our trust domain. */
    static Authentication identity(X509Certificate leaf, String trustDomain) {
        SpiffeId found = null;
        try {
            Collection<List<?>> names = leaf.getSubjectAlternativeNames();
            for (List<?> name : names == null ? List.<List<?>>of() : names) {
                if (name.get(0) instanceof Integer tag && tag == URI_TAG && name.get(1) instanceof String uri) {
                    SpiffeId id = SpiffeId.tryParse(uri);
                    if (id == null || found != null) {
                        return new Refused("client certificate without exactly one SPIFFE ID of a workload");
                    }
                    found = id;
                }
            }
        } catch (CertificateParsingException e) {
            return new Refused("client certificate with unreadable names");
        }
        if (found == null) {
            return new Refused("client certificate without a SPIFFE ID");
        }
        return found.trustDomain().equals(trustDomain)
                ? new Accepted(new CallerIdentity(found, null))
                : new Refused("client certificate of trust domain " + found.trustDomain());
    }
}
