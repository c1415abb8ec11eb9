package mesh.ambit.ztunnel.dns;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.jspecify.annotations.NullMarked;

/** Arbitrary bytes from clients and from name servers. */
@NullMarked
class DnsMessageFuzzTest {
    /** Whatever a client sends, there is an answer that can be read and that fits, or none is due. */
    @FuzzTest(maxDuration = "30s")
    void anyRequestHasAnAnswerThatFits(byte[] input) throws DnsFormatException {
        DnsQuery query = DnsQuery.read(Unpooled.wrappedBuffer(input));
        if (query == null) {
            return;
        }
        int limit = query.udpLimit();
        List<DnsRecord> records = query.question() == null
                ? List.of()
                : List.of(DnsRecord.ofName(
                        query.question().name(),
                        RecordType.CNAME,
                        30,
                        query.question().name()));
        ByteBuf out = Unpooled.buffer();
        DnsWriter.answer(out, query, DnsAnswer.ofMesh(records), limit);
        if (out.readableBytes() > limit) {
            throw new AssertionError(out.readableBytes() + " bytes, more than " + limit);
        }
        boolean pointers = false;
        for (byte b : query.questions()) {
            pointers |= (b & 0xc0) == 0xc0;
        }
        // The question goes back as it came; a pointer in it may mean something else after another header.
        if (out.getUnsignedShort(4) == 1 && !pointers) {
            DnsReply.read(out);
        }
    }

    /** Whatever a name server sends is refused, or can be judged and written again. */
    @FuzzTest(maxDuration = "30s")
    void anyReplyIsRefusedOrJudged(byte[] input) throws DnsFormatException {
        DnsReply reply;
        try {
            reply = DnsReply.read(Unpooled.wrappedBuffer(input));
        } catch (DnsFormatException expected) {
            return;
        }
        ReplyRules.judge(reply.question().lower(), List.of(), reply);
        DnsQuery asked = new DnsQuery(0, 0, new byte[0], 0, null, null, false);
        ByteBuf out = Unpooled.buffer();
        DnsWriter.answer(out, asked, new DnsAnswer(0, false, reply.answers(), reply.additionals()), 65_535);
        DnsQuery again = DnsQuery.read(out);
        if (again == null || again.malformed()) {
            throw new AssertionError("what was read cannot be written");
        }
    }
}
