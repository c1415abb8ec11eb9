package mesh.ambit.ztunnel.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import mesh.ambit.hbone.ConnectExchange;
import mesh.ambit.hbone.ConnectRequest;
import mesh.ambit.hbone.HeaderFields;
import mesh.ambit.model.WorkloadInfo;
import mesh.ambit.policy.Verdict;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class DecisionLogTest {
    private static final WorkloadInfo POD = new WorkloadInfo("orders-1", "shop", "orders");
    private static final InetSocketAddress PEER = InetSocketAddress.createUnresolved("peer", 4711);
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

    private final Logger logger = (Logger) LoggerFactory.getLogger("ztunnel.state");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final DecisionLog log = new DecisionLog(org.slf4j.event.Level.INFO);

    @BeforeEach
    void listen() {
        lines.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(lines);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(lines);
        logger.setLevel(null);
    }

    @Test
    void decisionOfAPlainConnectionSaysWhosePodItIs() {
        log.write(new Verdict.Denied("shop/no", List.of()), new Scene(POD, null, PEER));

        assertThat(fields()).containsExactly("deny policy match", "@proxy.wl=shop/orders-1", "policy=shop/no");
    }

    @Test
    void decisionOfARequestSaysWhichToo() {
        log.write(
                new Verdict.Allowed(null, List.of()),
                new Scene(POD, asking("00-" + TRACE + "-b7ad6b7169203331-00"), PEER));

        assertThat(fields())
                .containsExactly(
                        "no allow policies, allow",
                        "@proxy.wl=shop/orders-1",
                        "@inbound.id=" + TRACE,
                        "@inbound.peer=" + PEER);
    }

    @Test
    void requestWithoutAnIdGetsOne() {
        log.write(new Verdict.Allowed(null, List.of()), new Scene(POD, asking("none"), PEER));

        assertThat(fields().get(2)).matches("@inbound\\.id=[0-9a-f]{32}");
    }

    /** Returns the message of the only line, and its fields. */
    private List<String> fields() {
        assertThat(lines.list).hasSize(1);
        ILoggingEvent line = lines.list.getFirst();
        List<String> all = new ArrayList<>(List.of(line.getFormattedMessage()));
        line.getKeyValuePairs().forEach(pair -> all.add(pair.key + "=" + pair.value));
        return all;
    }

    private static Caller.Stream asking(String traceparent) {
        ConnectRequest request = new ConnectRequest(
                "CONNECT", "10.0.0.1:80", HeaderFields.of("traceparent", traceparent), null, PEER, PEER, false);
        ConnectExchange exchange = (ConnectExchange) Proxy.newProxyInstance(
                DecisionLogTest.class.getClassLoader(), new Class<?>[] {ConnectExchange.class}, (_, _, _) -> request);
        return new Caller.Stream(exchange, null, () -> HeaderFields.NONE);
    }
}
