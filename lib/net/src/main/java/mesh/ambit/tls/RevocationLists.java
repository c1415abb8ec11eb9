package mesh.ambit.tls;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * The certificate revocation lists of one file (RFC 5280 section 5). Immutable, but for what it remembers of signatures.
 *
 * <p>Every certificate of a path is judged by the first list of its issuer whose scope covers it; without one it counts as
 * good. A list's own expiry is ignored: better an old list than none.
 */
public final class RevocationLists {
    /** No lists: nothing is revoked. */
    public static final RevocationLists NONE = new RevocationLists(List.of());

    /** A ConfigMap holds 1 MiB; a file beyond this is a mistake. */
    public static final int MAX_BYTES = 16 * 1024 * 1024;

    private static final String BEGIN_ANY = "-----BEGIN";
    private static final String BEGIN = "-----BEGIN X509 CRL-----";
    private static final String END = "-----END X509 CRL-----";

    /** What a list in DER begins with. */
    private static final byte DER_SEQUENCE = 0x30;

    /** What the lists say of a path. */
    enum Verdict {
        GOOD,
        REVOKED,
        /** A list bears the name of the issuer but not its signature, or the issuer may not sign lists. */
        UNTRUSTED_LIST
    }

    private final List<RevocationList> lists;

    private RevocationLists(List<RevocationList> lists) {
        this.lists = lists;
    }

    /**
     * Returns the lists in {@code file}: PEM, with other blocks and text before and between them, or one in DER. An empty
     * file, and one of PEM blocks without a list, revoke nothing.
     *
     * @throws CRLException if one of them is not readable, or of a kind that says less than it seems to (deltas, indirect)
     */
    public static RevocationLists parse(byte[] file) throws CRLException {
        if (file.length > MAX_BYTES) {
            throw new CRLException(file.length + " bytes (expected: at most " + MAX_BYTES + ")");
        }
        if (file.length == 0) {
            return NONE;
        }
        String text = new String(file, StandardCharsets.ISO_8859_1);
        // The JDK would read PEM, too, but of several lists the first alone. So nothing else is handed to it for DER.
        boolean der = file[0] == DER_SEQUENCE;
        if (!der && !text.contains(BEGIN_ANY)) {
            throw new CRLException("neither PEM nor DER");
        }
        List<byte[]> encoded = der ? List.of(file) : blocks(text);
        List<RevocationList> lists = new ArrayList<>();
        for (byte[] list : encoded) {
            lists.add(RevocationList.of(parseOne(list)));
        }
        return new RevocationLists(List.copyOf(lists));
    }

    private static List<byte[]> blocks(String text) throws CRLException {
        List<byte[]> blocks = new ArrayList<>();
        for (int begin = text.indexOf(BEGIN); begin >= 0; begin = text.indexOf(BEGIN, begin + 1)) {
            int end = text.indexOf(END, begin);
            if (end < 0) {
                throw new CRLException("a PEM block has no end");
            }
            try {
                blocks.add(Base64.getMimeDecoder().decode(text.substring(begin + BEGIN.length(), end)));
            } catch (IllegalArgumentException e) {
                throw new CRLException("a PEM block is not base64", e);
            }
        }
        return blocks;
    }

    private static X509CRL parseOne(byte[] der) throws CRLException {
        try {
            return (X509CRL) CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(der));
        } catch (CertificateException e) {
            throw new CRLException("this JDK reads no certificates", e);
        }
    }

    /** Returns how many lists there are. */
    public int size() {
        return lists.size();
    }

    Verdict verdict(VerifiedPath path) {
        if (lists.isEmpty()) {
            return Verdict.GOOD;
        }
        List<X509Certificate> certificates = path.certificates();
        // From the root down, as trust flows: a list is believed only by the word of an issuer that is not revoked
        // itself.
        for (int i = certificates.size() - 1; i >= 0; i--) {
            X509Certificate issuer = i + 1 < certificates.size() ? certificates.get(i + 1) : null;
            for (RevocationList list : lists) {
                if (list.covers(certificates.get(i), i > 0)) {
                    if (!list.isSignedBy(path.issuerKey(i), issuer)) {
                        return Verdict.UNTRUSTED_LIST;
                    }
                    if (list.revokes(certificates.get(i))) {
                        return Verdict.REVOKED;
                    }
                    break;
                }
            }
        }
        return Verdict.GOOD;
    }
}
