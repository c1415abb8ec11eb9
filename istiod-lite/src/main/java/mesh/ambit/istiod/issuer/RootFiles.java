package mesh.ambit.istiod.issuer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;

/**
 * The files of the self-signed root: key and certificate.
 *
 * <p>What is there is never overwritten: files that cannot be read or do not fit each other stop the start.
 */
final class RootFiles {
    static final String KEY_FILE = "ca-key.pem";
    static final String CERTIFICATE_FILE = "ca-cert.pem";

    private RootFiles() {}

    /** A key and its self-signed certificate. */
    record Root(KeyPair keys, X509Certificate certificate) {}

    /**
     * Returns what is in {@code directory}; makes what is missing.
     *
     * @throws IssuerException if a file cannot be read or written, or the two do not belong together
     */
    static Root loadOrCreate(Path directory, String trustDomain, Instant now) {
        Path keyFile = directory.resolve(KEY_FILE);
        Path certificateFile = directory.resolve(CERTIFICATE_FILE);
        boolean hasCertificate = Files.exists(certificateFile);
        KeyPair keys;
        if (Files.exists(keyFile)) {
            keys = Pem.parseKeyPair(PrivateFiles.read(keyFile), keyFile.toString());
        } else if (hasCertificate) {
            throw new IssuerException(certificateFile + ": its key " + keyFile
                    + " is missing (expected: both files or neither; nothing was overwritten)");
        } else {
            keys = Pem.newKeyPair();
            PrivateFiles.writeSecret(keyFile, Pem.of(keys.getPrivate()));
        }
        if (!hasCertificate) {
            // Also where a crash came between the two writes: nobody has seen a certificate of this key yet.
            X509Certificate certificate = CertificateAuthority.selfSign(keys, trustDomain, now);
            PrivateFiles.writePublic(certificateFile, Pem.of(certificate));
            return new Root(keys, certificate);
        }
        X509Certificate certificate =
                Pem.parseCertificate(PrivateFiles.read(certificateFile), certificateFile.toString());
        if (!certificate.getPublicKey().equals(keys.getPublic())) {
            throw new IssuerException(keyFile + ": not the key of " + certificateFile
                    + " (nothing was overwritten; restore the right file, or remove both for a new root)");
        }
        if (!certificate.getNotAfter().toInstant().isAfter(now)) {
            throw new IssuerException(certificateFile + ": expired on "
                    + certificate.getNotAfter().toInstant() + " (remove it and its key for a new root)");
        }
        return new Root(keys, certificate);
    }
}
