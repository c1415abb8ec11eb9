package mesh.ambit.istiod.issuer;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long workload certificates live. Decisions only; the time is an argument.
 *
 * @param defaultTtl for a caller that does not say
 * @param maxTtl the most that anybody gets
 */
public record CertificateRules(Duration defaultTtl, Duration maxTtl) {
    /** How far back a certificate is dated at most, for peers whose clock is behind ours. */
    static final Duration MAX_BACKDATING = Duration.ofMinutes(2);

    public CertificateRules {
        if (!defaultTtl.isPositive() || defaultTtl.compareTo(maxTtl) > 0) {
            throw new IllegalArgumentException(
                    "certificate lifetime: " + defaultTtl + " (expected: more than 0, at most " + maxTtl + ")");
        }
    }

    /** From when until when a certificate is valid; whole seconds, as certificates count them. */
    record Validity(Instant notBefore, Instant notAfter) {}

    /** Returns the lifetime for a request of {@code seconds}, or null if that is more than anybody gets. */
    @Nullable
    Duration lifetime(long seconds) {
        if (seconds <= 0) {
            return defaultTtl;
        }
        return seconds > maxTtl.toSeconds() ? null : Duration.ofSeconds(seconds);
    }

    /**
     * Returns the validity of a certificate with lifetime {@code ttl}, signed at {@code now} by a signer that expires at
     * {@code signerEnd}.
     *
     * <p>The backdating is at most a tenth of the lifetime: clients renew at half of the whole span, and a short
     * certificate dated two minutes back would be due for renewal when it is born.
     */
    static Validity validity(Duration ttl, Instant now, Instant signerEnd) {
        Duration tenth = ttl.dividedBy(10);
        Duration backdating = tenth.compareTo(MAX_BACKDATING) < 0 ? tenth : MAX_BACKDATING;
        Instant end = now.plus(ttl);
        return new Validity(
                now.minus(backdating).truncatedTo(ChronoUnit.SECONDS),
                (end.isAfter(signerEnd) ? signerEnd : end).truncatedTo(ChronoUnit.SECONDS));
    }

    /** Returns when something valid in that span is to be renewed: at half of it. */
    static Instant renewalTime(Instant notBefore, Instant notAfter) {
        return notBefore.plus(Duration.between(notBefore, notAfter).dividedBy(2));
    }
}
