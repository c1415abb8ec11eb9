package mesh.ambit.ztunnel.dns;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A domain name as it stands in a message, uncompressed and with its case; equal to names with the same bytes. */
final class DnsName {
    /** RFC 1035, section 2.3.4; length octets and the root's included. */
    static final int MAX_BYTES = 255;

    static final int MAX_LABEL_BYTES = 63;

    /** The root. */
    static final DnsName ROOT = new DnsName(new byte[1]);

    private final byte[] wire;

    /** Takes {@code wire}, labels with their lengths and the root's at the end, as its own. */
    DnsName(byte[] wire) {
        this.wire = wire;
    }

    /**
     * Reads a host name; a final dot may be missing.
     *
     * @return null when a label is empty or too long, or the whole is
     */
    static @Nullable DnsName tryParse(String text) {
        ByteArrayOutputStream wire = new ByteArrayOutputStream(text.length() + 2);
        String name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        if (!name.isEmpty()) {
            for (String label : name.split("\\.", -1)) {
                byte[] bytes = label.getBytes(UTF_8);
                if (bytes.length == 0 || bytes.length > MAX_LABEL_BYTES) {
                    return null;
                }
                wire.write(bytes.length);
                wire.writeBytes(bytes);
            }
        }
        wire.write(0);
        return wire.size() > MAX_BYTES ? null : new DnsName(wire.toByteArray());
    }

    /** Returns the bytes, which the caller must not change. */
    byte[] wire() {
        return wire;
    }

    /** Returns the name with ASCII letters in lower case; the same one if it has no others. */
    DnsName lower() {
        byte[] lower = null;
        for (int i = 0; i < wire.length; i++) {
            // The length of a label is at most 63, which is '?': never taken for a letter.
            if (wire[i] >= 'A' && wire[i] <= 'Z') {
                lower = lower == null ? wire.clone() : lower;
                lower[i] = (byte) (lower[i] + 'a' - 'A');
            }
        }
        return lower == null ? this : new DnsName(lower);
    }

    /**
     * Returns the labels as text, the first one first. What is not a printable character, and a dot within a label, is
     * escaped, in octal as upstream's logs have it, so that two names never look alike.
     */
    List<String> labels() {
        List<String> labels = new ArrayList<>();
        for (int at = 0; wire[at] != 0; at += wire[at] + 1) {
            labels.add(text(at + 1, wire[at]));
        }
        return labels;
    }

    private String text(int from, int length) {
        boolean plain = true;
        for (int i = from; i < from + length; i++) {
            plain &= wire[i] > ' ' && wire[i] < 0x7f && wire[i] != '.' && wire[i] != '\\';
        }
        if (plain) {
            return new String(wire, from, length, US_ASCII);
        }
        StringBuilder text = new StringBuilder();
        for (int i = from; i < from + length; i++) {
            int b = wire[i] & 0xff;
            if (b <= ' ' || b >= 0x7f) {
                text.append(String.format(Locale.ROOT, "\\%03o", b));
            } else if (b == '.' || b == '\\') {
                text.append('\\').append((char) b);
            } else {
                text.append((char) b);
            }
        }
        return text.toString();
    }

    /** Returns the name without its first {@code labels} labels. */
    DnsName withoutFirst(int labels) {
        int at = 0;
        for (int i = 0; i < labels; i++) {
            at += wire[at] + 1;
        }
        return new DnsName(Arrays.copyOfRange(wire, at, wire.length));
    }

    /** Returns the first {@code labels} labels as a name. */
    DnsName first(int labels) {
        int at = 0;
        for (int i = 0; i < labels; i++) {
            at += wire[at] + 1;
        }
        byte[] head = Arrays.copyOf(wire, at + 1);
        head[at] = 0;
        return new DnsName(head);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DnsName name && Arrays.equals(wire, name.wire);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(wire);
    }

    /** Returns the text with a dot at its end. */
    @Override
    public String toString() {
        return String.join(".", labels()) + ".";
    }
}
