package mesh.ambit.wire;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with bytes that are to be a message, told where in it and in the words of upstream's decoder: operators
 * search for those, and they name the field. It is stricter than the generated parsers, too, which take a known field of
 * another wire type for an unknown one and leave it out.
 *
 * <p>Reads as that decoder does: a part is known to be longer than its frame only where it ends.
 */
public final class MessageFault {
    private static final int MAX_DEPTH = 100;
    private static final int MAX_VARINT_BYTES = 10;
    private static final long MAX_KEY = 0xffff_ffffL;

    private final byte[] bytes;
    private int at;

    private MessageFault(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Returns what is wrong with {@code bytes}, or null when they are a message of {@code type}. Never throws. */
    public static @Nullable String in(byte[] bytes, Descriptor type) {
        MessageFault reader = new MessageFault(bytes);
        try {
            while (reader.at < bytes.length) {
                reader.field(type, MAX_DEPTH);
            }
            return null;
        } catch (Fault fault) {
            return "failed to decode Protobuf message: " + fault.places + fault.getMessage();
        }
    }

    private void field(Descriptor type, int depth) throws Fault {
        long key = varint();
        // The comparison is of unsigned numbers: a key may have all its 64 bits set.
        if (Long.compareUnsigned(key, MAX_KEY) > 0) {
            throw new Fault("invalid key value: " + Long.toUnsignedString(key));
        }
        WireType wire = wireType((int) (key & 7));
        int number = (int) (key >>> 3);
        if (number == 0) {
            throw new Fault("invalid tag value: 0");
        }
        FieldDescriptor field = type.findFieldByNumber(number);
        if (field == null) {
            skip(wire, number, depth);
            return;
        }
        try {
            value(field, wire, depth);
        } catch (Fault fault) {
            ReferenceNames.place(field).ifPresent(fault.places::append);
            throw fault;
        }
    }

    private void value(FieldDescriptor field, WireType wire, int depth) throws Fault {
        switch (field.getType()) {
            case STRING -> {
                expect(WireType.LengthDelimited, wire);
                int start = length();
                if (!isUtf8(start, at - start)) {
                    throw new Fault("invalid string value: data is not UTF-8 encoded");
                }
            }
            case BYTES -> {
                expect(WireType.LengthDelimited, wire);
                length();
            }
            case MESSAGE -> {
                if (!field.isMapField()) { // whose frame is taken without a look at its type
                    expect(WireType.LengthDelimited, wire);
                }
                if (depth == 0) {
                    throw new Fault("recursion limit reached");
                }
                int end = frame();
                while (at < end) {
                    field(field.getMessageType(), depth - 1);
                }
                endAt(end);
            }
            case FIXED32, SFIXED32, FLOAT -> fixed(WireType.ThirtyTwoBit, wire, Integer.BYTES);
            case FIXED64, SFIXED64, DOUBLE -> fixed(WireType.SixtyFourBit, wire, Long.BYTES);
            case BOOL, ENUM, INT32, INT64, UINT32, UINT64, SINT32, SINT64 -> number(field, wire);
            case GROUP -> skip(wire, field.getNumber(), depth); // none in these messages
        }
    }

    private void number(FieldDescriptor field, WireType wire) throws Fault {
        if (field.isRepeated() && wire == WireType.LengthDelimited) {
            int end = frame();
            while (at < end) {
                varint();
            }
            endAt(end);
        } else {
            expect(WireType.Varint, wire);
            varint();
        }
    }

    private void fixed(WireType expected, WireType wire, int size) throws Fault {
        expect(expected, wire);
        advance(size);
    }

    private void skip(WireType wire, int number, int depth) throws Fault {
        if (depth == 0) {
            throw new Fault("recursion limit reached");
        }
        switch (wire) {
            case Varint -> varint();
            case ThirtyTwoBit -> advance(Integer.BYTES);
            case SixtyFourBit -> advance(Long.BYTES);
            case LengthDelimited -> length();
            case EndGroup -> throw new Fault("unexpected end group tag");
            case StartGroup -> group(number, depth);
        }
    }

    private void group(int number, int depth) throws Fault {
        while (true) {
            long key = varint();
            if (Long.compareUnsigned(key, MAX_KEY) > 0) {
                throw new Fault("invalid key value: " + Long.toUnsignedString(key));
            }
            WireType wire = wireType((int) (key & 7));
            int inner = (int) (key >>> 3);
            if (inner == 0) {
                throw new Fault("invalid tag value: 0");
            }
            if (wire != WireType.EndGroup) {
                skip(wire, inner, depth - 1);
            } else if (inner == number) {
                return;
            } else {
                throw new Fault("unexpected end group tag");
            }
        }
    }

    /** Reads a length and goes behind what it counts; returns where that began. */
    private int length() throws Fault {
        int end = frame();
        int start = at;
        at = end;
        return start;
    }

    /** Reads a length; returns where what it counts ends. */
    private int frame() throws Fault {
        long length = varint();
        if (Long.compareUnsigned(length, bytes.length - (long) at) > 0) {
            throw new Fault("buffer underflow");
        }
        return at + (int) length;
    }

    private void endAt(int end) throws Fault {
        if (at != end) {
            throw new Fault("delimited length exceeded");
        }
    }

    private void advance(int count) throws Fault {
        if (bytes.length - at < count) {
            throw new Fault("buffer underflow");
        }
        at += count;
    }

    private long varint() throws Fault {
        long value = 0;
        for (int i = 0; i < MAX_VARINT_BYTES && at < bytes.length; i++) {
            byte next = bytes[at++];
            value |= (long) (next & 0x7f) << (7 * i);
            if (next >= 0) {
                if (i == MAX_VARINT_BYTES - 1 && next > 1) {
                    break; // more than 64 bits
                }
                return value;
            }
        }
        throw new Fault("invalid varint");
    }

    private static void expect(WireType expected, WireType actual) throws Fault {
        if (expected != actual) {
            throw new Fault("invalid wire type: " + actual + " (expected " + expected + ")");
        }
    }

    private static WireType wireType(int number) throws Fault {
        return switch (number) {
            case 0 -> WireType.Varint;
            case 1 -> WireType.SixtyFourBit;
            case 2 -> WireType.LengthDelimited;
            case 3 -> WireType.StartGroup;
            case 4 -> WireType.EndGroup;
            case 5 -> WireType.ThirtyTwoBit;
            default -> throw new Fault("invalid wire type value: " + number);
        };
    }

    private boolean isUtf8(int start, int length) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, start, length));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** The names are those of the texts. */
    private enum WireType {
        Varint,
        SixtyFourBit,
        LengthDelimited,
        StartGroup,
        EndGroup,
        ThirtyTwoBit
    }

    private static final class Fault extends Exception {
        private static final long serialVersionUID = 1L;

        /** Message and field from the innermost outwards. */
        private final transient StringBuilder places = new StringBuilder();

        Fault(String reason) {
            super(reason, null, false, false);
        }
    }
}
