package mesh.ambit.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProcessLifelineTest {
    private static final int SIGINT = 2;
    private static final long SIG_DFL = 0;
    private static final long SIG_IGN = 1;

    @BeforeEach
    void begin() {
        Libc.signal(SIGINT, SIG_IGN);
    }

    @AfterEach
    void end() {
        Libc.signal(SIGINT, SIG_DFL);
    }

    @Test
    void interruptsThatAShellHasHadIgnoredAreHeard() {
        assertThat(ProcessLifeline.isIgnored(SIGINT)).isTrue();

        ProcessLifeline.hearInterrupts();

        assertThat(ProcessLifeline.isIgnored(SIGINT)).isFalse();
    }
}
