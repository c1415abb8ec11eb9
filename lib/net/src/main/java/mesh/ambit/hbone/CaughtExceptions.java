package mesh.ambit.hbone;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.handler.codec.CodecException;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;

/** Logs what the pipelines of connections catch. */
public final class CaughtExceptions {
    private CaughtExceptions() {}

    /**
     * Logs why {@code channel} breaks. Networks fail, peers err and memory ends: that is for whoever looks closely, and comes
     * as often as peers like. Anything else is a mistake of this program, of which nobody would hear otherwise.
     */
    public static void log(Logger log, Channel channel, Throwable cause) {
        if (isEveryday(cause)) {
            log.debug("{}: {}", channel, cause.toString());
        } else {
            log.warn("{}: closed because of a mistake in this program", channel, cause);
        }
    }

    private static boolean isEveryday(Throwable cause) {
        return cause instanceof IOException
                || cause instanceof CodecException
                || cause instanceof ChannelException
                || cause instanceof RejectedExecutionException
                || cause instanceof OutOfMemoryError;
    }
}
