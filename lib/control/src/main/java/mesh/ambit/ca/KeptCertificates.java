package mesh.ambit.ca;

import static java.util.Objects.requireNonNull;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.tls.Svid;

/**
 * The certificates of this node with their keys, for a later life of the program. What {@link #encode} returns is secret.
 * Thread-safe.
 */
public final class KeptCertificates implements CertificateManager.Listener {
    /** More elements than any chain or bundle has. */
    private static final int MAX_CERTIFICATES = 10_000;

    private final Map<SpiffeId, Svid> kept = new ConcurrentHashMap<>();
    private final Runnable changed;

    /** Creates one that has none; {@code changed} is called after each change and must be quick. */
    public KeptCertificates(Runnable changed) {
        this.changed = requireNonNull(changed, "changed");
    }

    @Override
    public void issued(Svid svid) {
        kept.put(svid.identity(), svid);
        changed.run();
    }

    @Override
    public void forgotten(SpiffeId identity) {
        if (kept.remove(identity) != null) {
            changed.run();
        }
    }

    /** Takes one that an earlier life had. */
    public void restored(Svid svid) {
        kept.put(svid.identity(), svid);
    }

    /** Returns what {@link #decode} reads, keys included. */
    public byte[] encode() throws IOException {
        List<Svid> all = List.copyOf(kept.values());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(all.size());
            for (Svid svid : all) {
                out.writeUTF(svid.identity().toString());
                out.writeUTF(svid.key().getAlgorithm());
                write(out, svid.key().getEncoded());
                write(out, svid.chain());
                write(out, svid.roots());
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("a certificate cannot be encoded", e);
        }
        return bytes.toByteArray();
    }

    /**
     * Returns the certificates in {@code bytes}.
     *
     * @throws IOException if it is not what {@link #encode} writes
     */
    public static List<Svid> decode(byte[] bytes) throws IOException {
        List<Svid> all = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            CertificateFactory certificates = CertificateFactory.getInstance("X.509");
            int count = in.readInt();
            for (int i = 0; i < count; i++) {
                SpiffeId identity = SpiffeId.parse(in.readUTF());
                PrivateKey key =
                        KeyFactory.getInstance(in.readUTF()).generatePrivate(new PKCS8EncodedKeySpec(readBytes(in)));
                all.add(new Svid(identity, readChain(in, certificates), key, readChain(in, certificates)));
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException("not readable as certificates: " + e.getMessage(), e);
        }
        return all;
    }

    private static void write(DataOutputStream out, List<X509Certificate> chain)
            throws IOException, GeneralSecurityException {
        out.writeInt(chain.size());
        for (X509Certificate certificate : chain) {
            write(out, certificate.getEncoded());
        }
    }

    private static void write(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static List<X509Certificate> readChain(DataInputStream in, CertificateFactory factory)
            throws IOException, GeneralSecurityException {
        int count = in.readInt();
        if (count < 0 || count > MAX_CERTIFICATES) {
            throw new IOException(count + " certificates in one chain (at most " + MAX_CERTIFICATES + ")");
        }
        List<X509Certificate> chain = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            chain.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(readBytes(in))));
        }
        return chain;
    }

    private static byte[] readBytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new IOException(length + " bytes announced, " + in.available() + " there");
        }
        return in.readNBytes(length);
    }
}
