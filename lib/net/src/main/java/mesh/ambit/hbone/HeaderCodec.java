package mesh.ambit.hbone;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** HPACK for one tunnel, both directions. Netty's tables, our limits. */
final class HeaderCodec {
    /**
     * A block may be this many times larger than the list it may carry before it counts as an attack. Up to there it is
     * read to its end, because the tables must stay in step and the peer is owed a 431.
     */
    static final int BLOCK_PER_LIST = 4;

    /** SETTINGS_HEADER_TABLE_SIZE as it is before anybody sets it: a larger table of the peer's is not made use of. */
    private static final int MAX_TABLE_BYTES = 4_096;

    /** What most blocks fit into. */
    private static final int BLOCK_BYTES = 256;

    /** Fields that are new with every request: putting them into the table would only push useful ones out. */
    private static final Http2HeadersEncoder.SensitivityDetector ONCE_ONLY =
            (name, value) -> "traceparent".contentEquals(name) || "forwarded".contentEquals(name);

    private final Decoder decoder;
    private final DefaultHttp2HeadersEncoder encoder;

    /** What the peer allows our table, and the least that it has allowed since the last block. */
    private long tableBytes = MAX_TABLE_BYTES;

    private long leastTableBytes = MAX_TABLE_BYTES;

    /** What a block says, or why it says nothing. */
    sealed interface Decoded {
        /** A list that keeps the rules. */
        record Fields(Http2Headers headers) implements Decoded {}

        /** A list longer than we take. */
        record TooLong() implements Decoded {}

        /** A list that breaks the rules of HTTP/2; only its stream must end. */
        record Malformed(String why) implements Decoded {}
    }

    HeaderCodec(int maxListBytes) {
        decoder = new Decoder(maxListBytes);
        // A peer's limit on lists is advice (RFC 9113, section 6.5.2), and ours are short.
        encoder = new DefaultHttp2HeadersEncoder(ONCE_ONLY, true);
    }

    /**
     * Reads a block; throws if the tables are out of step afterwards, or a name or value is none at all. For both the
     * peer is told PROTOCOL_ERROR, as from the reference.
     */
    Decoded decode(int streamId, ByteBuf block) throws ProtocolViolation {
        boolean tooLong = false;
        try {
            decoder.decodeHeaders(streamId, block);
        } catch (Http2Exception.HeaderListSizeException e) {
            tooLong = true;
        } catch (Http2Exception e) {
            throw new ProtocolViolation(Http2Error.PROTOCOL_ERROR, String.valueOf(e.getMessage()), "compression_error");
        }
        ReceivedFields fields = decoder.received;
        String broken = fields.broken();
        if (broken != null) {
            throw new ProtocolViolation(Http2Error.PROTOCOL_ERROR, broken);
        }
        String malformed = fields.malformed();
        if (malformed != null) {
            return new Decoded.Malformed(malformed);
        }
        return tooLong ? new Decoded.TooLong() : new Decoded.Fields(fields);
    }

    /** Netty's HPACK, which fills fields of ours: those of a list that is too long can be seen too. */
    private static final class Decoder extends DefaultHttp2HeadersDecoder {
        private ReceivedFields received = new ReceivedFields(0);

        /** A list must stay below {@code maxListBytes}. */
        Decoder(int maxListBytes) {
            super(false, false, maxListBytes - 1L);
        }

        @Override
        protected Http2Headers newHeaders() {
            received = new ReceivedFields(numberOfHeadersGuess());
            return received;
        }
    }

    /**
     * Takes over the peer's limits for our next block. The encoder learns of them then: it notes down for the peer whatever
     * it is told, and would fill memory for one that changes its mind all day.
     */
    void apply(PeerSettings peer) {
        tableBytes = Math.min(peer.headerTableBytes(), MAX_TABLE_BYTES);
        leastTableBytes = Math.min(tableBytes, leastTableBytes);
    }

    /** Brings the table to its size, by way of the smallest that it had to have meanwhile (RFC 7541, 4.2). */
    private void resizeTable() throws Http2Exception {
        if (leastTableBytes < encoder.maxHeaderTableSize()) {
            encoder.maxHeaderTableSize(leastTableBytes);
        }
        encoder.maxHeaderTableSize(tableBytes);
        leastTableBytes = tableBytes;
    }

    /** Returns the block of a CONNECT. */
    ByteBuf request(ByteBufAllocator allocator, int streamId, String authority, HeaderFields fields)
            throws Http2Exception {
        Http2Headers headers = new DefaultHttp2Headers(false).method("CONNECT").authority(authority);
        return encode(allocator, streamId, headers, fields);
    }

    /** Returns the block of an answer. */
    ByteBuf response(ByteBufAllocator allocator, int streamId, int status, HeaderFields fields) throws Http2Exception {
        Http2Headers headers = new DefaultHttp2Headers(false).status(Integer.toString(status));
        return encode(allocator, streamId, headers, fields);
    }

    private ByteBuf encode(ByteBufAllocator allocator, int streamId, Http2Headers headers, HeaderFields fields)
            throws Http2Exception {
        for (HeaderFields.Field field : fields.fields()) {
            headers.add(field.name(), octets(field.value()));
        }
        ByteBuf block = allocator.buffer(BLOCK_BYTES);
        try {
            resizeTable();
            encoder.encodeHeaders(streamId, headers, block);
            return block;
        } catch (Http2Exception e) {
            block.release();
            throw e;
        }
    }

    private static boolean isAscii(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) >= 128) {
                return false;
            }
        }
        return true;
    }

    /** Names of workloads may be of any alphabet; Netty would cut their characters down to eight bits. */
    private static CharSequence octets(String value) {
        return isAscii(value) ? value : new AsciiString(value.getBytes(StandardCharsets.UTF_8), false);
    }

    /** Returns the fields of {@code headers} without the pseudo fields. */
    static HeaderFields fieldsOf(Http2Headers headers) {
        List<HeaderFields.Field> fields = new ArrayList<>(headers.size());
        for (Map.Entry<CharSequence, CharSequence> entry : headers) {
            if (entry.getKey().length() > 0 && entry.getKey().charAt(0) != ':') {
                fields.add(new HeaderFields.Field(
                        entry.getKey().toString(), entry.getValue().toString()));
            }
        }
        return new HeaderFields(fields);
    }
}
