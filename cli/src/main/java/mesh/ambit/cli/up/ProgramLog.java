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

    void copy(InputStream output) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        while (true) {
            long size = Files.exists(file) ? Files.size(file) : 0;
            try (OutputStream out = Files.newOutputStream(
                    file, StandardOpenOption.CREATE, StandardOpenOption.APPEND, StandardOpenOption.WRITE)) {
                while (size < limitBytes) {
                    int read = output.read(buffer);
                    if (read < 0) {
                        return;
                    }
                    out.write(buffer, 0, read);
                    size += read;
                }
            }
            Files.move(file, file.resolveSibling(file.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
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
