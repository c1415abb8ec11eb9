package mesh.ambit.istiod.issuer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Signing material that somebody puts into a folder, usually the mounted Secret {@code cacerts}.
 *
 * <p>Two sets of names are known, as in the reference: {@code ca-cert.pem}, {@code ca-key.pem}, {@code cert-chain.pem},
 * {@code root-cert.pem} and optionally {@code ca-crl.pem}; or {@code tls.crt}, {@code tls.key} and {@code ca.crt} of a
 * TLS Secret.
 */
final class PluggedIn {
    static final String CERTIFICATE = "ca-cert.pem";
    static final String KEY = "ca-key.pem";
    static final String CHAIN = "cert-chain.pem";
    static final String ROOTS = "root-cert.pem";
    static final String CRL = "ca-crl.pem";
    /** Beside material that a controller made itself. */
    static final String GENERATED = "istio-generated";

    static final String TLS_CERTIFICATE = "tls.crt";
    static final String TLS_KEY = "tls.key";
    static final String TLS_ROOTS = "ca.crt";

    private static final List<String> OWN = List.of(CERTIFICATE, KEY, CHAIN, ROOTS);
    private static final List<String> TLS = List.of(TLS_CERTIFICATE, TLS_KEY, TLS_ROOTS);

    private final Path folder;
    private final boolean revocation;
    private final boolean exceptGenerated;

    /**
     * Creates one.
     *
     * @param folder need not exist
     * @param revocation whether a revocation list counts
     * @param exceptGenerated whether material that a controller made itself counts for nothing here: it is a root in a store
     */
    PluggedIn(Path folder, boolean revocation, boolean exceptGenerated) {
        this.folder = folder;
        this.revocation = revocation;
        this.exceptGenerated = exceptGenerated;
    }

    Path folder() {
        return folder;
    }

    /**
     * Returns the text of the files that count, by name; empty where none is there.
     *
     * @throws IssuerException if one is there and cannot be read
     */
    Map<String, String> read() {
        if (exceptGenerated && Files.exists(folder.resolve(GENERATED))) {
            return Map.of();
        }
        List<String> names = Files.exists(folder.resolve(TLS_CERTIFICATE)) ? TLS : OWN;
        Map<String, String> files = new TreeMap<>();
        for (String name : names) {
            readInto(files, name);
        }
        if (revocation && names.equals(OWN) && !files.isEmpty()) {
            readInto(files, CRL);
        }
        return files;
    }

    private void readInto(Map<String, String> files, String name) {
        Path file = folder.resolve(name);
        if (Files.exists(file)) {
            files.put(name, PrivateFiles.read(file));
        }
    }

    /**
     * Returns the material in {@code files}, verified.
     *
     * @throws IssuerException if a file is missing, or they cannot be used together at {@code now}
     */
    SigningMaterial parse(Map<String, String> files, Instant now) {
        boolean tls = files.containsKey(TLS_CERTIFICATE);
        for (String name : tls ? TLS : OWN) {
            if (!files.containsKey(name)) {
                throw new IssuerException(folder + ": " + name + " is missing (expected: all of " + (tls ? TLS : OWN)
                        + ", or none of them)");
            }
        }
        String certificateFile = tls ? TLS_CERTIFICATE : CERTIFICATE;
        String keyFile = tls ? TLS_KEY : KEY;
        String roots = text(files, tls ? TLS_ROOTS : ROOTS);
        X509Certificate certificate =
                Pem.parseCertificate(text(files, certificateFile), folder + "/" + certificateFile);
        List<X509Certificate> chain = new ArrayList<>();
        if (tls) {
            // The certificate's file may hold what is above it, too.
            chain.addAll(Pem.parseCertificates(text(files, certificateFile), folder + "/" + certificateFile));
            chain.addAll(Pem.parseCertificates(roots, folder + "/" + TLS_ROOTS));
        } else if (!text(files, CHAIN).isBlank()) {
            chain.addAll(Pem.parseCertificates(text(files, CHAIN), folder + "/" + CHAIN));
        }
        @Nullable String crl = files.get(CRL);
        return SigningMaterial.verified(
                Pem.parseKey(text(files, keyFile), folder + "/" + keyFile),
                certificate,
                chain,
                new Trust(Pem.parseCertificates(roots, folder + "/" + (tls ? TLS_ROOTS : ROOTS)), blankToNull(crl)),
                folder.toString(),
                now);
    }

    private static @Nullable String blankToNull(@Nullable String text) {
        return text == null || text.isBlank() ? null : text;
    }

    private static String text(Map<String, String> files, String name) {
        return files.getOrDefault(name, "");
    }

    /**
     * Returns whether a running mesh may go from trusting {@code before} to trusting {@code after}: only where nothing
     * changes, or where {@code severalRoots} says so and one bundle holds the other, so that a root comes before it is
     * needed and goes after it was.
     */
    static boolean mayFollow(Trust before, Trust after, boolean severalRoots) {
        return sameRoots(before, after)
                || (severalRoots
                        && (after.roots().containsAll(before.roots())
                                || before.roots().containsAll(after.roots())));
    }

    private static boolean sameRoots(Trust before, Trust after) {
        return before.roots().equals(after.roots());
    }
}
