package mesh.ambit.hbone;

import io.netty.channel.ChannelFuture;
import java.util.function.Consumer;

/** Waits for sockets to be connected. */
public final class Connects {
    private Connects() {}

    /**
     * Calls {@code told} when {@code connect} has ended, on the socket's event loop, which is the calling one. A socket that
     * could not even be made has no loop, and Netty would tell of its failure on a thread that is nobody's.
     */
    public static void whenEnded(ChannelFuture connect, Consumer<ChannelFuture> told) {
        if (connect.isDone()) {
            told.accept(connect);
        } else {
            connect.addListener(_ -> told.accept(connect));
        }
    }
}
