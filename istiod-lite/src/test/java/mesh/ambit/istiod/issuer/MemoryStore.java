package mesh.ambit.istiod.issuer;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A store that can fail, and that several controllers can share. */
final class MemoryStore implements MaterialStore {
    private @Nullable Stored stored;
    private int writes;
    private boolean shared;

    /** What every access fails with; null while it works. */
    @Nullable
    String failure;

    /** Done once, before the next write is looked at: what another controller does meanwhile. */
    Runnable before = () -> {};

    MemoryStore shared() {
        shared = true;
        return this;
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public boolean isPrivate() {
        return !shared;
    }

    @Override
    public synchronized @Nullable Stored read() {
        failIfTold();
        return stored;
    }

    @Override
    public synchronized @Nullable String write(Map<String, String> data, @Nullable String version) {
        failIfTold();
        Runnable meanwhile = before;
        before = () -> {};
        meanwhile.run();
        Stored now = stored;
        String present = now == null ? null : now.version();
        if (present == null ? version != null : !present.equals(version)) {
            return null;
        }
        writes++;
        stored = new Stored(data, String.valueOf(writes));
        return String.valueOf(writes);
    }

    synchronized int writes() {
        return writes;
    }

    private void failIfTold() {
        if (failure != null) {
            throw new IssuerException(failure);
        }
    }
}
