package mesh.ambit.tls;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CRLException;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.security.cert.X509Extension;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.jspecify.annotations.Nullable;

/** One list, its scope and its serial numbers. */
final class RevocationList {
    private static final String DELTA_INDICATOR = "2.5.29.27";
    private static final String ISSUING_DISTRIBUTION_POINT = "2.5.29.28";
    private static final String DISTRIBUTION_POINTS = "2.5.29.31";
    /** Index of cRLSign, RFC 5280 section 4.2.1.3. */
    private static final int CRL_SIGN = 6;
    /** Issuers that bear one name: those of a root that was made anew. */
    private static final int MAX_KEYS = 16;

    private final X509CRL crl;
    private final Set<BigInteger> serials;
    private final @Nullable IssuingDistributionPoint scope;
    private final Map<PublicKey, Boolean> signatures = new ConcurrentHashMap<>();

    private RevocationList(X509CRL crl, Set<BigInteger> serials, @Nullable IssuingDistributionPoint scope) {
        this.crl = crl;
        this.serials = serials;
        this.scope = scope;
    }

    static RevocationList of(X509CRL crl) throws CRLException {
        Set<String> critical = crl.getCriticalExtensionOIDs();
        if (critical != null) {
            for (String oid : critical) {
                if (!oid.equals(ISSUING_DISTRIBUTION_POINT)) {
                    throw new CRLException("critical extension " + oid + " is not supported"
                            + (oid.equals(DELTA_INDICATOR) ? ": a delta list says nothing without its base" : ""));
                }
            }
        }
        IssuingDistributionPoint scope = null;
        byte[] point = extension(crl, ISSUING_DISTRIBUTION_POINT);
        if (point != null) {
            try {
                scope = IssuingDistributionPoint.getInstance(point);
            } catch (IllegalArgumentException | IllegalStateException e) {
                throw new CRLException("the issuing distribution point is not readable", e);
            }
            if (scope.isIndirectCRL() || scope.onlyContainsAttributeCerts() || scope.getOnlySomeReasons() != null) {
                throw new CRLException("indirect lists, and lists by reason or for attributes, are not supported");
            }
        }
        Set<BigInteger> serials = new HashSet<>();
        Set<? extends X509CRLEntry> entries = crl.getRevokedCertificates();
        if (entries != null) {
            for (X509CRLEntry entry : entries) {
                serials.add(entry.getSerialNumber());
            }
        }
        return new RevocationList(crl, Set.copyOf(serials), scope);
    }

    /** Says whether this is a list of {@code certificate}'s issuer about certificates like it. */
    boolean covers(X509Certificate certificate, boolean isCa) {
        if (!crl.getIssuerX500Principal().equals(certificate.getIssuerX500Principal())) {
            return false;
        }
        if (scope == null) {
            return true;
        }
        if (isCa ? scope.onlyContainsUserCerts() : scope.onlyContainsCACerts()) {
            return false;
        }
        DistributionPointName name = scope.getDistributionPoint();
        byte[] points = extension(certificate, DISTRIBUTION_POINTS);
        // A list that says of no place to be its own is for all of them (RFC 5280, section 6.3.3, b 2 i).
        return name == null || points == null || sharesAddress(name, points);
    }

    private static boolean sharesAddress(DistributionPointName ours, byte[] points) {
        Set<String> known = addresses(ours);
        try {
            for (DistributionPoint point : CRLDistPoint.getInstance(points).getDistributionPoints()) {
                if (point.getCRLIssuer() != null || point.getReasons() != null) {
                    continue;
                }
                for (String address : addresses(point.getDistributionPoint())) {
                    if (known.contains(address)) {
                        return true;
                    }
                }
            }
            return false;
        } catch (IllegalArgumentException | IllegalStateException e) {
            return false;
        }
    }

    private static Set<String> addresses(@Nullable DistributionPointName name) {
        Set<String> addresses = new HashSet<>();
        if (name != null && name.getType() == DistributionPointName.FULL_NAME) {
            for (GeneralName each : GeneralNames.getInstance(name.getName()).getNames()) {
                if (each.getTagNo() == GeneralName.uniformResourceIdentifier) {
                    addresses.add(each.getName().toString());
                }
            }
        }
        return addresses;
    }

    /** Says whether {@code key} made this list; {@code issuer} is its certificate, or null for a root. */
    boolean isSignedBy(PublicKey key, @Nullable X509Certificate issuer) {
        boolean[] usage = issuer == null ? null : issuer.getKeyUsage();
        if (usage != null && (usage.length <= CRL_SIGN || !usage[CRL_SIGN])) {
            return false;
        }
        Boolean known = signatures.get(key);
        if (known == null) {
            known = verifies(key);
            if (signatures.size() < MAX_KEYS) {
                signatures.put(key, known);
            }
        }
        return known;
    }

    private boolean verifies(PublicKey key) {
        try {
            crl.verify(key);
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    boolean revokes(X509Certificate certificate) {
        return serials.contains(certificate.getSerialNumber());
    }

    /** Returns the content of an extension, which is wrapped in an octet string; null if there is none. */
    private static byte @Nullable [] extension(X509Extension holder, String oid) {
        byte[] wrapped = holder.getExtensionValue(oid);
        return wrapped == null ? null : ASN1OctetString.getInstance(wrapped).getOctets();
    }
}
