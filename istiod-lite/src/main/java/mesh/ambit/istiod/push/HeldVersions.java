package mesh.ambit.istiod.push;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import org.jspecify.annotations.Nullable;

/**
 * What a client holds, name to version: the whole mesh, when it comes again. Of a large request it stays in the bytes that
 * came; a name is a string only while it is looked up. Immutable.
 */
final class HeldVersions {
    static final HeldVersions NONE = new HeldVersions(new byte[0], 0, Map.of());

    private static final int ENTRY_TAG = DeltaDiscoveryRequest.INITIAL_RESOURCE_VERSIONS_FIELD_NUMBER << 3 | 2;
    private static final int NAME_TAG = 1 << 3 | 2;
    private static final int VERSION_TAG = 2 << 3 | 2;
    private static final int LENGTH_DELIMITED = 2;

    /** Fields of {@code DeltaDiscoveryRequest}, other ones too; empty if there is a map. */
    private final byte[] message;

    private final int entries;

    /** What {@link #message} says; null until somebody needs it so. */
    private @Nullable Map<String, String> map;

    private HeldVersions(byte[] message, int entries, @Nullable Map<String, String> map) {
        this.message = message;
        this.entries = entries;
        this.map = map;
    }

    static HeldVersions of(Map<String, String> versions) {
        return versions.isEmpty() ? NONE : new HeldVersions(NONE.message, versions.size(), versions);
    }

    /**
     * Returns what {@code message} lists, and writes its other fields to {@code rest}; null if it is not of the form in
     * which everybody writes it (name before version, in ASCII), or is damaged: the general reader is to judge it.
     */
    static @Nullable HeldVersions find(byte[] message, ByteArrayOutputStream rest) {
        Cursor at = new Cursor(message);
        int entries = 0;
        while (at.position < message.length) {
            int from = at.position;
            int tag = at.varint();
            if ((tag & 7) != LENGTH_DELIMITED) {
                return null;
            }
            int length = at.length(message.length);
            if (length < 0) {
                return null;
            }
            int end = at.position + length;
            if (tag != ENTRY_TAG) {
                rest.write(message, from, end - from);
            } else if (at.isText(NAME_TAG, end) && at.isText(VERSION_TAG, end) && at.position == end) {
                entries++;
            } else {
                return null;
            }
            at.position = end;
        }
        return new HeldVersions(message, entries, null);
    }

    boolean isEmpty() {
        return entries == 0;
    }

    /** Calls {@code action} for each; of a name that is said twice the last version counts. */
    void forEach(BiConsumer<String, String> action) {
        Map<String, String> known = map;
        if (known != null) {
            known.forEach(action);
            return;
        }
        Cursor at = new Cursor(message);
        while (at.position < message.length) {
            int tag = at.varint();
            int end = at.length(message.length) + at.position;
            if (tag == ENTRY_TAG) {
                String name = at.text();
                action.accept(name, at.text());
            }
            at.position = end;
        }
    }

    /** Returns all of it as a map, which costs what it should not for a client that holds the whole mesh. */
    Map<String, String> asMap() {
        Map<String, String> known = map;
        if (known == null) {
            Map<String, String> made = LinkedHashMap.newLinkedHashMap(entries);
            forEach(made::put);
            known = made;
            map = made;
        }
        return known;
    }

    /** Returns whether the client says that it holds {@code name}. */
    boolean contains(String name) {
        Map<String, String> known = map;
        if (known != null) {
            return known.containsKey(name);
        }
        boolean[] found = new boolean[1];
        forEach((held, _) -> found[0] |= held.equals(name));
        return found[0];
    }

    /** A place in a message. */
    private static final class Cursor {
        private final byte[] bytes;
        private int position;

        Cursor(byte[] bytes) {
            this.bytes = bytes;
        }

        /** Returns the number at this place, and goes behind it; -1 for one that is cut off or not of our size. */
        int varint() {
            int value = 0;
            for (int shift = 0; shift < 28 && position < bytes.length; shift += 7) {
                int next = bytes[position++];
                value |= (next & 0x7f) << shift;
                if (next >= 0) {
                    return value;
                }
            }
            return -1;
        }

        /** Returns the length of what is next, and goes to its beginning; -1 if it does not end before {@code limit}. */
        int length(int limit) {
            int length = varint();
            return length > limit - position ? -1 : length;
        }

        /** Goes behind a field of ASCII text; returns whether there is one that ends before {@code limit}. */
        boolean isText(int tag, int limit) {
            if (position >= limit || varint() != tag) {
                return false;
            }
            int length = length(limit);
            if (length < 0) {
                return false;
            }
            int all = 0;
            for (int end = position + length; position < end; position++) {
                all |= bytes[position];
            }
            return all >= 0;
        }

        /** Returns a field that {@link #isText}, and goes behind it. */
        String text() {
            varint();
            int length = varint();
            position += length;
            return new String(bytes, position - length, length, ISO_8859_1);
        }
    }
}
