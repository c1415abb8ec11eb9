package mesh.ambit.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.AbstractList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SpawnerIT {
    private final Spawner spawner = new Spawner();

    /** A command that fails on the spawner's thread as memory that has run out does. */
    private static final class Unreadable extends AbstractList<String> {
        @Override
        public String get(int index) {
            throw new OutOfMemoryError("none is left");
        }

        @Override
        public int size() {
            return 1;
        }
    }

    /** Whoever asks a thread that has ended waits for ever, deaf to interrupts. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void childrenThatStandAndThoseThatComeLiveOnAfterAStartThatFailedWithAnError() throws Exception {
        Process before = spawner.start(List.of("sleep", "100"), null, Map.of(), _ -> {});
        try {
            assertThatThrownBy(() -> spawner.start(
                            List.of("true"), null, Map.of(), builder -> builder.command(new Unreadable())))
                    .isInstanceOf(IOException.class)
                    .hasMessage("cannot start true: none is left");

            assertThat(spawner.start(List.of("true"), null, Map.of(), _ -> {}).waitFor())
                    .isZero();
            assertThat(before.isAlive()).isTrue();
        } finally {
            before.destroyForcibly();
        }
    }
}
