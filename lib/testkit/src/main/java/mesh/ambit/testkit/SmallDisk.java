package mesh.ambit.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A file system with little room, for what happens when there is none left. It is mounted in a mount namespace of its own
 * and reached through the process that holds it: nobody else sees it, and it is gone with that process, which ends with
 * this one however that ends.
 */
public final class SmallDisk implements AutoCloseable {
    private static final String FILLER = "filler";
    private static final int BLOCK = 4096;

    private final Process holder;
    private final Path path;

    private SmallDisk(Process holder) {
        this.holder = holder;
        this.path = Path.of("/proc", Long.toString(holder.pid()), "root", "mnt");
    }

    /** Makes an empty one. */
    public static SmallDisk ofKib(int size) {
        String mount =
                "mount -t tmpfs -o mode=0700,size=" + size + "k ambit /mnt && echo mounted && exec cat >/dev/null";
        try {
            Process holder = new ProcessBuilder("unshare", "--mount", "--propagation", "private", "sh", "-c", mount)
                    .redirectErrorStream(true)
                    .start();
            String said = new BufferedReader(new InputStreamReader(holder.getInputStream(), UTF_8)).readLine();
            if (!"mounted".equals(said)) {
                holder.destroyForcibly();
                throw new IllegalStateException("cannot mount a small disk: " + said);
            }
            return new SmallDisk(holder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot mount a small disk", e);
        }
    }

    /** Returns its folder. */
    public Path path() {
        return path;
    }

    /** Takes all the room that is left. */
    public void fill() {
        byte[] block = new byte[BLOCK];
        try (OutputStream filler = Files.newOutputStream(path.resolve(FILLER))) {
            while (true) {
                filler.write(block);
            }
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).contains("No space left")) {
                throw new UncheckedIOException("cannot fill the small disk", e);
            }
        }
    }

    /** Gives back what {@link #fill} took. */
    public void free() {
        try {
            Files.delete(path.resolve(FILLER));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot free the small disk", e);
        }
    }

    @Override
    public void close() {
        holder.destroyForcibly();
        try {
            holder.waitFor(120, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
