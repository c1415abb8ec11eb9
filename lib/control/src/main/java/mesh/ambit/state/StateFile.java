package mesh.ambit.state;

import static java.util.Objects.requireNonNull;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;

/**
 * One file's bytes: a versioned header, the payload, and a SHA-256 of all before it, so that a file that was cut short or
 * changed is told from a whole one. Pure.
 *
 * <pre>
 * "AMBIT-STATE\n" | version:4 | kind | owner | as of, ms since 1970:8 | length:4 | payload | SHA-256:32
 * </pre>
 *
 * <p>Numbers are big-endian; kind and owner are as {@link DataOutputStream#writeUTF} writes them.
 */
public final class StateFile {
    private static final byte[] MAGIC = "AMBIT-STATE\n".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int DIGEST_BYTES = 32;

    private final String kind;
    private final String owner;
    private final Instant asOf;
    private final byte[] payload;

    /**
     * Makes one.
     *
     * @param kind what the payload is
     * @param owner whose state it is; another program's is of no use
     * @param asOf when it was true
     * @param payload kept as it is, not copied
     */
    public StateFile(String kind, String owner, Instant asOf, byte[] payload) {
        this.kind = requireNonNull(kind, "kind");
        this.owner = requireNonNull(owner, "owner");
        this.asOf = requireNonNull(asOf, "asOf");
        this.payload = requireNonNull(payload, "payload");
    }

    public String kind() {
        return kind;
    }

    public String owner() {
        return owner;
    }

    public Instant asOf() {
        return asOf;
    }

    /** Returns the payload, which is not a copy. */
    public byte[] payload() {
        return payload;
    }

    byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(payload.length + 512);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.write(MAGIC);
            out.writeInt(VERSION);
            out.writeUTF(kind);
            out.writeUTF(owner);
            out.writeLong(asOf.toEpochMilli());
            out.writeInt(payload.length);
            out.write(payload);
        } catch (IOException e) {
            throw new UncheckedIOException("memory takes what is written to it", e);
        }
        byte[] body = bytes.toByteArray();
        byte[] file = Arrays.copyOf(body, body.length + DIGEST_BYTES);
        System.arraycopy(sha256(body, body.length), 0, file, body.length, DIGEST_BYTES);
        return file;
    }

    /**
     * Returns what {@code file} holds.
     *
     * @throws StateException if it is cut short, changed, or of a version that is not known here
     */
    static StateFile decode(byte[] file) throws StateException {
        int body = file.length - DIGEST_BYTES;
        if (body < MAGIC.length + Integer.BYTES || !Arrays.equals(file, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new StateException("not a state file, or cut short");
        }
        if (!MessageDigest.isEqual(sha256(file, body), Arrays.copyOfRange(file, body, file.length))) {
            throw new StateException("checksum is wrong: cut short or changed");
        }
        try (DataInputStream in =
                new DataInputStream(new ByteArrayInputStream(file, MAGIC.length, body - MAGIC.length))) {
            int version = in.readInt();
            if (version != VERSION) {
                throw new StateException("version " + version + " (expected: " + VERSION + ")");
            }
            String kind = in.readUTF();
            String owner = in.readUTF();
            Instant asOf = Instant.ofEpochMilli(in.readLong());
            int length = in.readInt();
            if (length != in.available()) {
                throw new StateException("payload has " + in.available() + " bytes (expected: " + length + ")");
            }
            return new StateFile(kind, owner, asOf, in.readAllBytes());
        } catch (IOException e) {
            throw new StateException("header is not readable", e);
        }
    }

    private static byte[] sha256(byte[] bytes, int length) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(bytes, 0, length);
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
