package mesh.ambit.istiod.issuer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import mesh.ambit.istiod.issuer.CertificateRules.Validity;
import org.junit.jupiter.api.Test;

class CertificateRulesTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final Instant FAR = Instant.parse("2036-11-21T12:00:00Z");

    private final CertificateRules rules = new CertificateRules(Duration.ofHours(24), Duration.ofDays(90));

    @Test
    void absentOrNegativeLifetimeMeansTheDefault() {
        assertThat(rules.lifetime(0)).isEqualTo(Duration.ofHours(24));
        assertThat(rules.lifetime(Long.MIN_VALUE)).isEqualTo(Duration.ofHours(24));
    }

    @Test
    void lifetimeUpToTheLongestIsGrantedAndMoreIsRefused() {
        assertThat(rules.lifetime(Duration.ofDays(90).toSeconds())).isEqualTo(Duration.ofDays(90));
        assertThat(rules.lifetime(Duration.ofDays(90).toSeconds() + 1)).isNull();
        assertThat(rules.lifetime(Long.MAX_VALUE)).isNull();
    }

    @Test
    void longCertificateIsDatedTwoMinutesBack() {
        assertThat(CertificateRules.validity(Duration.ofHours(1), NOW, FAR))
                .isEqualTo(new Validity(NOW.minusSeconds(120), NOW.plusSeconds(3600)));
    }

    @Test
    void shortCertificateIsDatedATenthOfItsLifeBack() {
        assertThat(CertificateRules.validity(Duration.ofSeconds(30), NOW, FAR))
                .isEqualTo(new Validity(NOW.minusSeconds(3), NOW.plusSeconds(30)));
    }

    @Test
    void nothingOutlivesItsSigner() {
        Instant signerEnd = NOW.plusSeconds(60);

        assertThat(CertificateRules.validity(Duration.ofHours(1), NOW, signerEnd)
                        .notAfter())
                .isEqualTo(signerEnd);
    }

    @Test
    void renewalIsAtHalfOfTheSpan() {
        assertThat(CertificateRules.renewalTime(NOW, NOW.plusSeconds(100))).isEqualTo(NOW.plusSeconds(50));
    }

    @Test
    void defaultBeyondTheLongestIsNoRule() {
        assertThatThrownBy(() -> new CertificateRules(Duration.ofDays(2), Duration.ofDays(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
