package mesh.ambit.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/** Which descriptors this process has; those of the class path come and go as the machine pleases and do not count. */
final class OpenDescriptors {
    private static final Path OURS = Path.of("/proc/self/fd");

    private OpenDescriptors() {}

    /** Returns the open descriptors, each with what it leads to. */
    static Set<String> now() {
        Set<String> open = new HashSet<>();
        try (Stream<Path> all = Files.list(OURS)) {
            for (Path descriptor : (Iterable<Path>) all::iterator) {
                try {
                    String target = Files.readSymbolicLink(descriptor).toString();
                    if (!target.endsWith(".jar") && !target.startsWith("/proc/")) {
                        open.add(descriptor.getFileName() + " " + target);
                    }
                } catch (NoSuchFileException e) {
                    // Closed while we looked.
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return open;
    }

    /** Returns those that have come since {@code before}. */
    static Set<String> since(Set<String> before) {
        Set<String> open = now();
        open.removeAll(before);
        return open;
    }
}
