package mesh.ambit.ztunnel.local;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads text files that may not be larger than we expect. */
final class BoundedFile {
    private BoundedFile() {}

    /**
     * Returns the text of {@code path}.
     *
     * @throws LocalFileException if it is larger than {@code maxBytes} or not UTF-8
     */
    static String read(Path path, int maxBytes) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw new LocalFileException("larger than " + maxBytes + " bytes");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new LocalFileException("not UTF-8", e);
        }
    }
}
