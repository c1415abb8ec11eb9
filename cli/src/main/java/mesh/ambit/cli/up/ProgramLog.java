package mesh.ambit.cli.up;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a program wrote, in a file that cannot fill the disk: at {@link #LIMIT_BYTES} it becomes {@code NAME.log.1} and
 * a new one begins.
 */
final class ProgramLog {
    static final long LIMIT_BYTES = 8L << 20;

    private static final int BUFFER_BYTES = 8 << 10;
    private static final int TAIL_BYTES = 16 << 10;

    private final Path file;
    private final long limitBytes;

    ProgramLog(Path file) {
        this(file, LIMIT_BYTES);
    }

    ProgramLog(Path file, long limitBytes) {
        this.file = file;
        this.limitBytes = limitBytes;
    }

    /** Copies {@code output} until its end, on a thread of its own, which is returned. */
    Thread follow(InputStream output) {
        Thread thread = new Thread(
                () -> {
                    try (output) {
                        copy(output);
                    } catch (IOException e) {
                        // The program ended while we read: there is nothing more to keep.
                    }
                },
                "log-" + file.getFileName());
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /**
     * Copies {@code output} until its end. What cannot be written, on a full disk for instance, or kept, is lost and
     * counted: a program whose output nobody reads would stand still.
     */
    void copy(InputStream output) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        OutputStream out = null;
        long size = 0;
        long lost = 0;
        try {
            for (int read = output.read(buffer); read >= 0; read = output.read(buffer)) {
                try {
                    if (out == null) {
                        size = Files.exists(file) ? Files.size(file) : 0;
                        out = open();
                    }
                    if (lost > 0) {
                        out.write((lost + " bytes of output are missing here\n").getBytes(StandardCharsets.UTF_8));
                        lost = 0;
                    }
                    out.write(buffer, 0, read);
                    size += read;
                    if (size >= limitBytes) {
                        closeQuietly(out);
                        out = null;
                        lost += rotate(size);
                    }
                } catch (IOException e) {
                    lost += read;
                    closeQuietly(out);
                    out = null;
                }
            }
        } finally {
            closeQuietly(out);
        }
    }

    private OutputStream open() throws IOException {
        return Files.newOutputStream(
                file, StandardOpenOption.CREATE, StandardOpenOption.APPEND, StandardOpenOption.WRITE);
    }

    /** Makes room, and returns how many bytes are given up for it: none, unless they cannot be kept under another name. */
    private long rotate(long size) {
        try {
            Files.move(file, rotated(), StandardCopyOption.REPLACE_EXISTING);
            return 0;
        } catch (IOException e) {
            return empty() ? size : 0;
        }
    }

    private boolean empty() {
        try {
            Files.newOutputStream(file, StandardOpenOption.TRUNCATE_EXISTING).close();
            return true;
        } catch (IOException e) {
            // Tried again when the next bytes come.
            return false;
        }
    }

    private Path rotated() {
        return file.resolveSibling(file.getFileName() + ".1");
    }

    private static void closeQuietly(@Nullable OutputStream out) {
        if (out != null) {
            try {
                out.close();
            } catch (IOException e) {
                // What was written is there, or was said to be lost before.
            }
        }
    }

    /** Returns the last {@code count} lines. */
    List<String> tail(int count) {
        try (var channel = Files.newByteChannel(file)) {
            long start = Math.max(0, channel.size() - TAIL_BYTES);
            channel.position(start);
            var bytes = ByteBuffer.allocate(TAIL_BYTES);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                // Until the end of the file, or the buffer's.
            }
            String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
            List<String> lines = new ArrayList<>(text.lines().toList());
            return List.copyOf(lines.subList(Math.max(0, lines.size() - count), lines.size()));
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
