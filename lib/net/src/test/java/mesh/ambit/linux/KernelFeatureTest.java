package mesh.ambit.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KernelFeatureTest {
    @Test
    void missingFeatureIsExplainedWithItsRemedy() {
        assertThat(KernelFeature.CAP_NET_ADMIN.explain())
                .isEqualTo("capability CAP_NET_ADMIN is missing; run as root, or grant it");
    }

    @Test
    void nothingAskedForIsNothingMissing() {
        assertThat(KernelFeature.missing()).isEmpty();
    }

    @Test
    void openFilesAreRaisedToTheHardLimit() {
        long hard = ProcessLifeline.raiseOpenFiles();

        assertThat(hard).isPositive();
        assertThat(ProcessLifeline.raiseOpenFiles()).isEqualTo(hard);
    }
}
