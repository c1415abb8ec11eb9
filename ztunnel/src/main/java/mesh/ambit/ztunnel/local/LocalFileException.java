package mesh.ambit.ztunnel.local;

import java.io.IOException;

/** A local file is not readable, or does not say what it must; the message names the place. */
public final class LocalFileException extends IOException {
    private static final long serialVersionUID = 1;

    LocalFileException(String message) {
        super(message);
    }

    LocalFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
