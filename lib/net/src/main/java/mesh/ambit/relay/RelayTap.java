package mesh.ambit.relay;

import io.netty.buffer.ByteBuf;

/** Looks at the bytes of a relay without touching them. Called on the relay's event loop. */
@FunctionalInterface
public interface RelayTap {
    /**
     * Bytes are about to be passed on. Neither their contents nor their indices may be changed, and they belong to
     * somebody else once this returns.
     *
     * @param fromDownstream whether they come from whoever connected
     * @return whether to go on; after false this is not called again
     */
    boolean onData(boolean fromDownstream, ByteBuf data);
}
