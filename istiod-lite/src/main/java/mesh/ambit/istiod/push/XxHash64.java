package mesh.ambit.istiod.push;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The 64-bit xxHash with seed 0, from which the version of a resource is made.
 *
 * <p>Not for keeping anybody out: it is fast and well mixed, and clients compare its text.
 */
final class XxHash64 {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long PRIME1 = 0x9E3779B185EBCA87L;
    private static final long PRIME2 = 0xC2B2AE3D27D4EB4FL;
    private static final long PRIME3 = 0x165667B19E3779F9L;
    private static final long PRIME4 = 0x85EBCA77C2B2AE63L;
    private static final long PRIME5 = 0x27D4EB2F165667C5L;

    /** {@code PRIME1 + PRIME2} and {@code -PRIME1}, modulo 2^64. */
    private static final long LANE1 = 0x60EA27EEADC0B5D6L;

    private static final long LANE4 = 0x61C8864E7A143579L;

    /** Bytes that one round over the four lanes takes. */
    private static final int STRIPE = 32;

    private XxHash64() {}

    /** Returns {@code hash} as a version: lower-case hexadecimal without leading zeros. */
    static String version(long hash) {
        return Long.toHexString(hash);
    }

    /** Returns the hash of all {@code bytes}. */
    static long hash(byte[] bytes) {
        int at = 0;
        long hash;
        if (bytes.length >= STRIPE) {
            long lane1 = LANE1;
            long lane2 = PRIME2;
            long lane3 = 0;
            long lane4 = LANE4;
            for (; at <= bytes.length - STRIPE; at += STRIPE) {
                lane1 = round(lane1, longAt(bytes, at));
                lane2 = round(lane2, longAt(bytes, at + 8));
                lane3 = round(lane3, longAt(bytes, at + 16));
                lane4 = round(lane4, longAt(bytes, at + 24));
            }
            hash = Long.rotateLeft(lane1, 1)
                    + Long.rotateLeft(lane2, 7)
                    + Long.rotateLeft(lane3, 12)
                    + Long.rotateLeft(lane4, 18);
            hash = merge(merge(merge(merge(hash, lane1), lane2), lane3), lane4);
        } else {
            hash = PRIME5;
        }
        return avalanche(tail(hash + bytes.length, bytes, at));
    }

    private static long tail(long start, byte[] bytes, int from) {
        long hash = start;
        int at = from;
        for (; at <= bytes.length - 8; at += 8) {
            hash = Long.rotateLeft(hash ^ round(0, longAt(bytes, at)), 27) * PRIME1 + PRIME4;
        }
        if (at <= bytes.length - 4) {
            long word = (int) INTS.get(bytes, at) & 0xFFFFFFFFL;
            hash = Long.rotateLeft(hash ^ (word * PRIME1), 23) * PRIME2 + PRIME3;
            at += 4;
        }
        for (; at < bytes.length; at++) {
            hash = Long.rotateLeft(hash ^ ((bytes[at] & 0xFFL) * PRIME5), 11) * PRIME1;
        }
        return hash;
    }

    private static long round(long lane, long input) {
        return Long.rotateLeft(lane + input * PRIME2, 31) * PRIME1;
    }

    private static long merge(long hash, long lane) {
        return (hash ^ round(0, lane)) * PRIME1 + PRIME4;
    }

    private static long avalanche(long start) {
        long hash = (start ^ (start >>> 33)) * PRIME2;
        hash = (hash ^ (hash >>> 29)) * PRIME3;
        return hash ^ (hash >>> 32);
    }

    private static long longAt(byte[] bytes, int at) {
        return (long) LONGS.get(bytes, at);
    }
}
