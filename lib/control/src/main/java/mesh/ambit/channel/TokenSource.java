package mesh.ambit.channel;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The token a client shows the control plane: the value of {@code AUTH_TOKEN}. Never printed. */
public sealed interface TokenSource {
    /** A file, read again for every call, since whoever writes it renews it. */
    record File(Path path) implements TokenSource {
        /** Checks the path. */
        public File {
            requireNonNull(path, "path");
        }
    }

    /** The token itself. */
    record Literal(String token) implements TokenSource {
        /** Checks the token. */
        public Literal {
            requireNonNull(token, "token");
        }

        @Override
        public String toString() {
            return "Literal[token=...]";
        }
    }

    /** Returns what {@code value} means: a path where it looks like one or a file of that name exists, else the token. */
    static TokenSource parse(String value) {
        boolean path = value.startsWith("/") || value.startsWith("./") || value.startsWith("../");
        return path || Files.exists(Path.of(value)) ? new File(Path.of(value)) : new Literal(value);
    }

    /**
     * Returns the token: all that its file holds, as the reference takes it, and so without a line end.
     *
     * @throws IOException if the file cannot be read, is empty or holds what no header may carry
     */
    default String read() throws IOException {
        return switch (this) {
            case Literal(String token) -> token;
            case File(Path path) -> {
                String token = Files.readString(path, StandardCharsets.ISO_8859_1);
                if (token.isEmpty()) {
                    throw new IOException("token file " + path + " is empty");
                }
                if (token.indexOf('\n') >= 0 || token.indexOf('\r') >= 0) {
                    throw new IOException("token file " + path + " has a line end (expected: the token alone)");
                }
                if (!token.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
                    throw new IOException("token file " + path + " holds bytes that no token has");
                }
                yield token;
            }
        };
    }
}
