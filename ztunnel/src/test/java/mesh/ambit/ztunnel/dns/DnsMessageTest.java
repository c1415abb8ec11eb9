package mesh.ambit.ztunnel.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The bytes of messages; written ones are what upstream's library writes. */
class DnsMessageTest {
    /** One question, {@code WeB.ns A}, with RD and id 0x1234. */
    private static final String QUESTION = "1234 0100 0001 0000 0000 0000 03576542 026e73 00 0001 0001";

    private static final String WITH_EDNS =
            "1234 0100 0001 0000 0000 0001 03576542 026e73 00 0001 0001" + "00 0029 04d0 00008000 0000";

    @Test
    void questionKeepsItsCaseAndAnswersAreInLowerCase() {
        DnsQuery query = query(QUESTION);

        ByteBuf out = Unpooled.buffer();
        DnsWriter.answer(out, query, answers(1, "web.ns"), 512);

        assertThat(hex(out))
                .isEqualTo(squeezed("1234 8580 0001 0001 0000 0000 03576542 026e73 00 0001 0001"
                        + "03776562 026e73 00 0001 0001 0000001e 0004 0a000000"));
    }

    @Test
    void secondNamePointsToTheFirst() {
        ByteBuf out = Unpooled.buffer();
        DnsWriter.answer(out, query(QUESTION), answers(2, "web.ns"), 512);

        // The first owner is at 12 + 8 + 4.
        assertThat(hex(out)).endsWith(squeezed("c018 0001 0001 0000001e 0004 0a000001"));
    }

    @Test
    void optRecordComesWithAnswersButNotWithErrors() {
        DnsQuery query = query(WITH_EDNS);
        assertThat(query.udpLimit()).isEqualTo(1232);

        ByteBuf empty = Unpooled.buffer();
        DnsWriter.answer(empty, query, DnsAnswer.ofMesh(List.of()), 512);
        ByteBuf error = Unpooled.buffer();
        DnsWriter.answer(error, query, DnsAnswer.error(Messages.SERVFAIL), 512);

        assertThat(hex(empty))
                .isEqualTo(squeezed(
                        "1234 8580 0001 0000 0000 0001 03576542 026e73 00 0001 0001" + "00 0029 04d0 00008000 0000"));
        assertThat(hex(error)).isEqualTo(squeezed("1234 8182 0001 0000 0000 0000 03576542 026e73 00 0001 0001"));
    }

    @Test
    void answerIsCutWhereUpstreamCutsIt() {
        // Figures of the reference for 300 endpoints.
        String name = "heads.demo2.svc.cluster.local";
        assertThat(answersWithin(name, 1232)).isEqualTo(71);
        assertThat(answersWithin(name, 4096)).isEqualTo(166);
        assertThat(answersWithin(name, Messages.MAX_BYTES)).isEqualTo(300);
    }

    @Test
    void cutAnswerSaysSo() {
        ByteBuf out = Unpooled.buffer();
        DnsWriter.answer(out, query(QUESTION), answers(300, "web.ns"), 512);

        assertThat(out.readableBytes()).isLessThanOrEqualTo(512);
        assertThat(out.getShort(2) & Messages.TRUNCATED).isNotZero();
    }

    @Test
    void writtenAnswersReadTheSame() throws Exception {
        DnsName owner = name("a.example");
        List<DnsRecord> records = List.of(
                DnsRecord.ofName(owner, RecordType.CNAME, 1, name("b.example")),
                new DnsRecord(name("b.example"), RecordType.MX, 1, 7, bytes("000a 016d 07" + "6578616d706c65" + "00")),
                new DnsRecord(owner, RecordType.SRV, 1, 7, bytes("0001 0002 0050 0162 07" + "6578616d706c65" + "00")),
                new DnsRecord(owner, 16, 1, -1, bytes("03616263")),
                DnsRecord.of(name("b.example"), 9, InetAddress.ofLiteral("2001:db8::1")));

        ByteBuf out = Unpooled.buffer();
        DnsWriter.answer(out, query(QUESTION), new DnsAnswer(0, false, records, records), Messages.MAX_BYTES);
        DnsReply reply = DnsReply.read(out);

        assertThat(reply.answers()).isEqualTo(records);
        assertThat(reply.additionals()).isEqualTo(records);
    }

    @Test
    void requestsThatAreNone() {
        assertThat(DnsQuery.read(Unpooled.wrappedBuffer(new byte[11]))).isNull();
        assertThat(query("1234 0100 0001 0000 0000 0000").malformed()).isTrue();
        assertThat(query("1234 0100 0001 0000 0000 0000 41 00").malformed())
                .as("reserved label")
                .isTrue();
        assertThat(query("1234 0100 0001 0000 0000 0000 c00c 0001 0001").malformed())
                .as("a name that points to itself")
                .isTrue();
        assertThat(query("1234 0100 0000 0000 0000 0000").question()).isNull();
        assertThat(query("1234 0100 0002 0000 0000 0000 00 0001 0001 00 0001 0001")
                        .question())
                .isNull();
        String opt = "00 0029 0200 00000000 0000";
        assertThat(query("1234 0100 0000 0000 0000 0002" + opt + opt).malformed())
                .isTrue();
        assertThat(query("1234 0100 0000 0001 0000 0000" + opt).malformed()).isTrue();
        assertThat(query("1234 0100 0000 0000 0000 0001 0178" + opt).malformed())
                .as("OPT is about nobody")
                .isTrue();
    }

    @Test
    void ednsOptionsEndWhereTheySay() {
        String head = "1234 0100 0000 0000 0000 0001 00 0029 0200 00000000 ";
        assertThat(query(head + "000c 000a 0008 0102030405060708").malformed()).isFalse();
        assertThat(query(head + "0008 0003 0000 000c 0000").malformed()).isFalse();
        assertThat(query(head + "0006 000a 0003 0102").malformed()).isTrue();
        assertThat(query(head + "0003 000a 00").malformed()).isTrue();
    }

    @Test
    void malformedRequestIsEchoedWithoutItsQuestion() {
        ByteBuf out = Unpooled.buffer();
        DnsWriter.answer(out, query("1234 2110 0001 0000 0000 0000"), DnsAnswer.error(Messages.FORMERR), 512);

        assertThat(hex(out)).isEqualTo(squeezed("1234 a191 0000 0000 0000 0000"));
    }

    @Test
    void replyMustAnswerOneQuestion() {
        assertThatThrownBy(() -> DnsReply.read(buf(QUESTION))).isInstanceOf(DnsFormatException.class);
        assertThatThrownBy(() -> DnsReply.read(
                        buf("1234 8100 0001 0001 0000 0000 00 0001 0001 00 0001 0001 00000001 0003 0a0000")))
                .hasMessageContaining("wrong length");
    }

    @Test
    void namesOfMoreThan255OctetsAreNone() {
        assertThat(DnsName.tryParse("a.".repeat(127))).isNotNull();
        assertThat(DnsName.tryParse("a.".repeat(128))).isNull();
        assertThat(DnsName.tryParse("a..b")).isNull();
        assertThat(DnsName.tryParse("a".repeat(64))).isNull();
        assertThat(name("A.b").lower()).isEqualTo(name("a.b"));
        assertThat(new DnsName(new byte[] {2, '.', 1, 0}).toString()).isEqualTo("\\.\\001.");
    }

    private static int answersWithin(String name, int limit) {
        DnsQuery query = new DnsQuery(
                1,
                0x0100,
                bytes("056865616473" + "0564656d6f32 03737663 07636c7573746572 056c6f63616c 00 0001 0001"),
                1,
                null,
                new DnsQuery.Edns(limit, 0, false),
                false);
        ByteBuf out = Unpooled.buffer();
        DnsWriter.answer(out, query, answers(300, name), limit);
        assertThat(out.readableBytes()).isLessThanOrEqualTo(limit);
        return out.getUnsignedShort(6);
    }

    private static DnsAnswer answers(int count, String name) {
        List<DnsRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            records.add(DnsRecord.of(name(name), 30, InetAddress.ofLiteral("10.0." + (i >> 8) + "." + (i & 255))));
        }
        return DnsAnswer.ofMesh(records);
    }

    private static DnsName name(String text) {
        return Objects.requireNonNull(DnsName.tryParse(text));
    }

    private static DnsQuery query(String hex) {
        return Objects.requireNonNull(DnsQuery.read(buf(hex)));
    }

    private static ByteBuf buf(String hex) {
        return Unpooled.wrappedBuffer(bytes(hex));
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(squeezed(hex));
    }

    private static String squeezed(String hex) {
        return hex.replace(" ", "");
    }

    private static String hex(ByteBuf buf) {
        return ByteBufUtil.hexDump(buf);
    }
}
