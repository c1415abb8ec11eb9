package mesh.ambit.hbone;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;

/** How loudly it is said that a connection has broken. */
class CaughtExceptionsTest {
    private final Recorder log = new Recorder();

    @Test
    void troubleOfPeersAndNetworksIsForWhoLooksClosely() {
        caught(new IOException("Connection reset by peer"));
        caught(new DecoderException(new SSLException("bad record mac")));
        caught(new OutOfMemoryError("Direct buffer memory"));

        assertThat(log.lines).containsExactly("DEBUG -", "DEBUG -", "DEBUG -");
    }

    @Test
    void mistakesOfOursAreSaidAloudAndWhole() {
        caught(new IllegalStateException("stream 1 has a receiver"));
        caught(new AssertionError("not on the loop"));

        assertThat(log.lines).containsExactly("WARN IllegalStateException", "WARN AssertionError");
    }

    private void caught(Throwable cause) {
        EmbeddedChannel channel = new EmbeddedChannel();
        CaughtExceptions.log(log, channel, cause);
        channel.finishAndReleaseAll();
    }

    /** Keeps the level of each line, and what kind of exception is printed with it. */
    private static final class Recorder extends LegacyAbstractLogger {
        private static final long serialVersionUID = 1L;

        private final transient List<String> lines = new ArrayList<>();

        @Override
        protected void handleNormalizedLoggingCall(
                Level level,
                @Nullable Marker marker,
                String message,
                Object @Nullable [] arguments,
                @Nullable Throwable cause) {
            lines.add(level + " " + (cause == null ? "-" : cause.getClass().getSimpleName()));
        }

        @Override
        protected @Nullable String getFullyQualifiedCallerName() {
            return null;
        }

        @Override
        public boolean isTraceEnabled() {
            return true;
        }

        @Override
        public boolean isDebugEnabled() {
            return true;
        }

        @Override
        public boolean isInfoEnabled() {
            return true;
        }

        @Override
        public boolean isWarnEnabled() {
            return true;
        }

        @Override
        public boolean isErrorEnabled() {
            return true;
        }
    }
}
