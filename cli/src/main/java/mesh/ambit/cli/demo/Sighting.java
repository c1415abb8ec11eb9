package mesh.ambit.cli.demo;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What one Ethernet frame shows to whoever taps the wire.
 *
 * @param kind what its TCP payload looks like
 * @param bytes the length of that payload
 */
record Sighting(Kind kind, int bytes) {
    /** The port on which meshes tunnel. */
    static final int HBONE_PORT = 15008;

    private static final Sighting NOTHING = new Sighting(Kind.NOTHING, 0);
    private static final int ETHERNET_HEADER = 14;
    private static final int IPV4 = 0x0800;
    private static final int IPV6 = 0x86DD;
    private static final int TCP = 6;

    /** What a payload looks like. */
    enum Kind {
        /** No TCP payload, or one of the mesh's own conversations. */
        NOTHING,
        /** Contains the secret, readable. */
        SECRET,
        /** Belongs to the services' port and is not encrypted. */
        PLAINTEXT,
        /** A TLS record of a tunnel. */
        TLS,
        /** On the tunnel's port, in the middle of a TLS record. */
        TUNNEL
    }

    /** Looks at {@code frame} for {@code secret}. */
    static Sighting of(byte[] frame, String secret) {
        if (frame.length < ETHERNET_HEADER + 20) {
            return NOTHING;
        }
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        int type = bytes.getShort(12) & 0xFFFF;
        int ip = ETHERNET_HEADER;
        int tcp;
        int end;
        if (type == IPV4) {
            tcp = ip + (frame[ip] & 0xF) * 4;
            end = ip + (bytes.getShort(ip + 2) & 0xFFFF);
            if (frame[ip + 9] != TCP) {
                return NOTHING;
            }
        } else if (type == IPV6) {
            tcp = ip + 40;
            end = tcp + (bytes.getShort(ip + 4) & 0xFFFF);
            if (frame[ip + 6] != TCP) {
                return NOTHING;
            }
        } else {
            return NOTHING;
        }
        if (tcp + 20 > frame.length) {
            return NOTHING;
        }
        int payload = tcp + ((frame[tcp + 12] >> 4) & 0xF) * 4;
        end = Math.min(end, frame.length);
        if (payload >= end) {
            return NOTHING;
        }
        return of(frame, payload, end, bytes.getShort(tcp) & 0xFFFF, bytes.getShort(tcp + 2) & 0xFFFF, secret);
    }

    private static Sighting of(byte[] frame, int from, int to, int source, int destination, String secret) {
        int length = to - from;
        if (new String(frame, from, length, StandardCharsets.ISO_8859_1).contains(secret)) {
            return new Sighting(Kind.SECRET, length);
        }
        if (source == HBONE_PORT || destination == HBONE_PORT) {
            // A record begins with its type, 20 to 23, and version 3.x.
            boolean record = length >= 3 && frame[from] >= 20 && frame[from] <= 23 && frame[from + 1] == 3;
            return new Sighting(record ? Kind.TLS : Kind.TUNNEL, length);
        }
        if (source == ShopService.PORT || destination == ShopService.PORT) {
            return new Sighting(Kind.PLAINTEXT, length);
        }
        return NOTHING;
    }
}
