package mesh.ambit.istiod.issuer;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import mesh.ambit.istiod.issuer.IssuanceException.Kind;
import org.bouncycastle.asn1.x509.GeneralName;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has an {@link ExternalSigner} sign, within limits: so many at once, so long for each. What comes back is handed out only
 * if it is what was ordered. The trust bundle that was read last stays while the signer is away.
 */
final class ExternalIssuer implements Issuer, AutoCloseable {
    static final int MAX_PARALLEL = 16;

    private static final Logger LOG = LoggerFactory.getLogger(ExternalIssuer.class);
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

    /** Tags of subject alternative names (RFC 5280 4.2.1.6). */
    private static final int DNS_TAG = 2;

    private static final int URI_TAG = 6;
    private static final int ADDRESS_TAG = 7;

    private final ExternalSigner signer;
    private final Duration timeout;
    private final Semaphore permits = new Semaphore(MAX_PARALLEL);
    private final ExecutorService workers = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("ambit-external-ca-", 0).factory());
    private volatile @Nullable Trust trust;
    private volatile String problem = "its roots have not been read yet";

    /** Creates one; nothing is issued before {@link #refresh} has read the roots. */
    ExternalIssuer(ExternalSigner signer, Duration timeout) {
        this.signer = signer;
        this.timeout = timeout;
    }

    /** Reads the roots. Returns whether they have changed. What fails changes nothing. */
    boolean refresh() {
        try {
            String pem = call(signer::roots, "roots");
            Trust next = new Trust(Pem.parseCertificates(pem, "roots of external CA " + signer.name()), null);
            boolean different = !next.equals(trust);
            trust = next;
            problem = "";
            return different;
        } catch (IssuanceException | IssuerException e) {
            String what = String.valueOf(e.getMessage());
            if (!what.equals(problem)) {
                problem = what;
                LOG.error("{}", what);
            }
            return false;
        }
    }

    String problem() {
        return problem;
    }

    @Override
    public Trust trust() {
        Trust known = trust;
        if (known == null) {
            throw new IssuanceException(Kind.CA_NOT_READY, "external CA " + signer.name() + ": " + problem);
        }
        return known;
    }

    @Override
    public Issued issue(Order order) {
        Trust trusted = trust();
        List<String> names = names(order.subject());
        if (signer.signsAsRequested()) {
            Set<String> asked = SigningRequest.names(order.request());
            if (!asked.equals(new TreeSet<>(names))) {
                throw new IssuanceException(
                        Kind.CSR_ERROR, "the signing request names " + asked + " (expected: " + names + ")");
            }
        }
        ExternalSigner.Request request = new ExternalSigner.Request(order.request(), names, order.lifetime());
        List<String> texts = call(() -> signer.sign(request), "a certificate for " + order.subject());
        List<X509Certificate> chain = new ArrayList<>();
        try {
            for (String text : texts) {
                chain.addAll(Pem.parseCertificates(text, "answer"));
            }
        } catch (IssuerException e) {
            throw unusable(order, "is not readable: " + e.getMessage());
        }
        check(order, chain, trusted);
        return new Issued(chain, trusted, Certificates.keyId(signerOf(chain, trusted)), 0);
    }

    private <T> T call(Callable<T> question, String what) {
        FutureTask<T> answer = new FutureTask<>(question);
        try {
            if (!permits.tryAcquire(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw failed(what + ": " + MAX_PARALLEL + " calls under way and none ended within " + timeout);
            }
            begin(answer);
            return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw failed(what + ": no answer within " + timeout);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw failed(what + ": " + (cause.getMessage() == null ? cause : cause.getMessage()));
        } catch (RejectedExecutionException e) {
            throw failed(what + ": shutting down");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(what + ": interrupted");
        } finally {
            answer.cancel(true);
        }
    }

    /** Runs a call that has its permit, which comes back when it has ended: one that nobody waits for may still go on. */
    private void begin(FutureTask<?> answer) {
        boolean begun = false;
        try {
            workers.execute(() -> {
                try {
                    answer.run();
                } finally {
                    permits.release();
                }
            });
            begun = true;
        } finally {
            if (!begun) {
                permits.release();
            }
        }
    }

    private IssuanceException failed(String what) {
        return new IssuanceException(Kind.CERT_GEN_ERROR, "external CA " + signer.name() + ": " + what);
    }

    private IssuanceException unusable(Order order, String why) {
        return new IssuanceException(
                Kind.CERT_GEN_ERROR,
                "external CA " + signer.name() + ": its certificate for " + order.subject() + " " + why);
    }

    private void check(Order order, List<X509Certificate> chain, Trust trusted) {
        if (chain.isEmpty()) {
            throw unusable(order, "is missing");
        }
        X509Certificate leaf = chain.getFirst();
        if (!leaf.getPublicKey().equals(order.key())) {
            throw unusable(order, "is of another key");
        }
        Set<String> names = namesOf(leaf);
        if (!names.equals(new TreeSet<>(names(order.subject())))) {
            throw unusable(order, "has the names " + names + " (expected: " + names(order.subject()) + ")");
        }
        if (leaf.getBasicConstraints() >= 0) {
            throw unusable(order, "may sign others");
        }
        Instant longest = order.now().plus(order.lifetime()).plus(CLOCK_SKEW);
        if (leaf.getNotAfter().toInstant().isAfter(longest)) {
            throw unusable(
                    order, "is valid until " + leaf.getNotAfter().toInstant() + " (expected: at most " + longest + ")");
        }
        Set<TrustAnchor> anchors = new HashSet<>();
        trusted.roots().forEach(root -> anchors.add(new TrustAnchor(root, null)));
        try {
            // A chain may end with the root itself, which a path does not contain.
            List<X509Certificate> path = chain.stream()
                    .filter(each -> !trusted.roots().contains(each))
                    .toList();
            CertPath certificates = CertificateFactory.getInstance("X.509").generateCertPath(path);
            PKIXParameters parameters = new PKIXParameters(anchors);
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(order.now()));
            CertPathValidator.getInstance("PKIX").validate(certificates, parameters);
        } catch (GeneralSecurityException e) {
            throw unusable(order, "does not lead to a root of its bundle: " + e.getMessage());
        }
    }

    private static X509Certificate signerOf(List<X509Certificate> chain, Trust trusted) {
        return chain.size() > 1 ? chain.get(1) : trusted.roots().getFirst();
    }

    private static List<String> names(Subject subject) {
        return switch (subject) {
            case Subject.Workload workload -> List.of("URI:" + workload.identity());
            case Subject.Server server -> {
                List<String> names = new ArrayList<>();
                server.dnsNames().forEach(name -> names.add("DNS:" + name));
                server.addresses().forEach(address -> names.add("IP:" + address.getHostAddress()));
                yield names;
            }
        };
    }

    /** Returns how a name is written; {@code tag} is that of RFC 5280. */
    static String named(int tag, Object name) {
        String kind = switch (tag) {
            case DNS_TAG -> "DNS:";
            case URI_TAG -> "URI:";
            case ADDRESS_TAG -> "IP:";
            default -> "other:";
        };
        return kind + name;
    }

    private static Set<String> namesOf(X509Certificate leaf) {
        Set<String> names = new TreeSet<>();
        try {
            Collection<List<?>> found = leaf.getSubjectAlternativeNames();
            for (List<?> name : found == null ? List.<List<?>>of() : found) {
                int tag = name.get(0) instanceof Integer number ? number : GeneralName.otherName;
                names.add(named(tag, name.get(1)));
            }
        } catch (GeneralSecurityException e) {
            names.add("unreadable");
        }
        return names;
    }

    @Override
    public void close() throws IOException {
        workers.shutdownNow();
        signer.close();
    }
}
