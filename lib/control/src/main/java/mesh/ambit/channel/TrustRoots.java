package mesh.ambit.channel;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import mesh.ambit.tls.PemText;

/** Whom a client of the control plane trusts: the value of {@code XDS_ROOT_CA} or {@code CA_ROOT_CA}. */
public sealed interface TrustRoots {
    /** What the operating system trusts. */
    record OperatingSystem() implements TrustRoots {}

    /** A file of PEM certificates, read again for every connection. */
    record File(Path path) implements TrustRoots {
        /** Checks the path. */
        public File {
            requireNonNull(path, "path");
        }
    }

    /** PEM certificates, literally. */
    record Pem(String text) implements TrustRoots {
        /** Checks the text. */
        public Pem {
            requireNonNull(text, "text");
        }
    }

    /** Returns what {@code value} means: the word {@code SYSTEM}, PEM text, or a path, which need not exist yet. */
    static TrustRoots parse(String value) {
        if (value.equals("SYSTEM")) {
            return new OperatingSystem();
        }
        boolean literal = value.isEmpty() || value.contains("-----BEGIN"); // No text at all trusts nobody.
        return literal ? new Pem(value) : new File(Path.of(value));
    }

    /**
     * Returns the certificates; none means what the operating system trusts.
     *
     * @throws IOException if they cannot be read, or none is there
     */
    default List<X509Certificate> load() throws IOException {
        return switch (this) {
            case OperatingSystem() -> List.of();
            // PEM is ASCII; comments around it may be in any charset.
            case File(Path path) -> parse(Files.readString(path, StandardCharsets.ISO_8859_1), path.toString());
            case Pem(String text) -> parse(text, "root certificates");
        };
    }

    private static List<X509Certificate> parse(String pem, String origin) throws IOException {
        try {
            List<X509Certificate> roots = PemText.certificates(pem);
            if (roots.isEmpty()) {
                throw new IOException(origin + ": no certificate found (expected: PEM)");
            }
            return List.copyOf(roots);
        } catch (CertificateException e) {
            throw new IOException(origin + ": not readable as PEM certificates", e);
        }
    }
}
