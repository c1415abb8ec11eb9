package mesh.ambit.istiod.app;

import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

class ClusterRehearsalIT {
    @Test
    void theMadeUpClusterIsReadAndFollowed() {
        assertThatCode(ClusterRehearsal::run).doesNotThrowAnyException();
    }
}
