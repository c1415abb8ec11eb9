package mesh.ambit.tls;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import mesh.ambit.identity.SpiffeId;
import org.jspecify.annotations.Nullable;

/** Reads the URI names of a certificate. */
final class SubjectNames {
    /** RFC 5280, GeneralName uniformResourceIdentifier. */
    private static final int URI_NAME = 6;

    private SubjectNames() {}

    /** Returns the URI names in the order of the certificate; empty if the extension is missing or broken. */
    static List<String> uris(X509Certificate certificate) {
        Collection<List<?>> names;
        try {
            names = certificate.getSubjectAlternativeNames();
        } catch (CertificateParsingException e) {
            return List.of();
        }
        if (names == null) {
            return List.of();
        }
        List<String> uris = new ArrayList<>(names.size());
        for (List<?> name : names) {
            if (name.getFirst() instanceof Integer type && type == URI_NAME && name.get(1) instanceof String uri) {
                uris.add(uri);
            }
        }
        return uris;
    }

    /** Returns the identity recorded for a peer: the first SPIFFE name that parses, or null. */
    static @Nullable SpiffeId firstIdentity(X509Certificate certificate) {
        for (String uri : uris(certificate)) {
            SpiffeId identity = SpiffeId.tryParse(uri);
            if (identity != null) {
                return identity;
            }
        }
        return null;
    }
}
