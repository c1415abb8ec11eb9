package mesh.ambit.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class LoggingTest {
    private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Logger xds = LoggerFactory.getLogger("mesh.ambit.xds.AdsClient");

    @Test
    void aPlainLineHasATabAfterTheMessageWithoutFieldsToo() {
        try (Logging _ = Logging.start(LogFilter.INFO, LogFormat.PLAIN, out)) {
            xds.info("handling RBAC update {}", "shop/strict");
        }

        assertThat(text()).matches(TIME + "\tinfo\txds\thandling RBAC update shop/strict\t\n");
    }

    @Test
    void theRpcLibraryRepeatsNothing() {
        try (Logging _ = Logging.start(LogFilter.INFO, LogFormat.PLAIN, out)) {
            var channel = java.util.logging.Logger.getLogger("io.grpc.internal.ManagedChannelImpl");
            assertThat(channel.isLoggable(Level.WARNING)).isFalse();
            assertThat(channel.isLoggable(Level.SEVERE)).isTrue();
        }
    }

    @Test
    void stringsAreQuotedAndAddressesAndNumbersAreNot() {
        try (Logging _ = Logging.start(LogFilter.INFO, LogFormat.PLAIN, out)) {
            xds.atWarn()
                    .addKeyValue("a", new InetSocketAddress(InetAddress.ofLiteral("fd77::1"), 80))
                    .addKeyValue("n", 7)
                    .addKeyValue("s", "say \"hi\"\n")
                    .log("m");
        }

        assertThat(text()).endsWith("\twarn\txds\tm\ta=[fd77::1]:80 n=7 s=\"say \\\"hi\\\"\\n\"\n");
    }

    @Test
    void aMessageCannotEndItsLineNorCommandATerminal() {
        try (Logging _ = Logging.start(LogFilter.INFO, LogFormat.PLAIN, out)) {
            xds.info("peer says \"{}\"", "a\r\nb\u001b[2Jc\u009bd");
        }

        assertThat(text()).endsWith("\tpeer says \"a\\r\\nb\\u{1b}[2Jc\\u{9b}d\"\t\n");
    }

    @Test
    void jsonHasLevelTimeScopeMessageAndThenTheFields() {
        try (Logging _ = Logging.start(LogFilter.INFO, LogFormat.JSON, out)) {
            xds.atError()
                    .addKeyValue("bytes_sent", 12L)
                    .addKeyValue("duration", "3ms")
                    .log("m");
        }

        assertThat(text())
                .matches("\\{\"level\":\"error\",\"time\":\"" + TIME
                        + "\",\"scope\":\"ztunnel::xds\",\"message\":\"m\",\"bytes_sent\":12,\"duration\":\"3ms\"}\n");
    }

    @Test
    void whatALineIsAPartOfStandsWithTheScope() {
        try (Logging _ = Logging.start(LogFilter.INFO, LogFormat.PLAIN, out)) {
            xds.atInfo().addKeyValue("@xds.id", 3L).addKeyValue("n", 7).log("handling RBAC update strict");
        }
        String plain = text();
        out.reset();
        try (Logging _ = Logging.start(LogFilter.INFO, LogFormat.JSON, out)) {
            xds.atInfo().addKeyValue("@xds.id", 3L).addKeyValue("n", 7).log("handling RBAC update strict");
        }

        assertThat(plain).endsWith("\tinfo\txds:xds{id=3}\thandling RBAC update strict\tn=7\n");
        assertThat(text())
                .endsWith("\"scope\":\"ztunnel::xds\",\"message\":\"handling RBAC update strict\",\"n\":7,"
                        + "\"xds\":{\"id\":3}}\n");
    }

    @Test
    void partsOfPartsStandOneAfterTheOther() {
        for (LogFormat format : LogFormat.values()) {
            try (Logging _ = Logging.start(LogFilter.INFO, format, out)) {
                xds.atInfo()
                        .addKeyValue("@proxy.wl", "shop/web")
                        .addKeyValue("@inbound.id", "12ab")
                        .addKeyValue("@inbound.peer", InetSocketAddress.createUnresolved("peer", 1))
                        .log("m");
            }
        }

        assertThat(text())
                .contains("\tinfo\txds:proxy{wl=shop/web}:inbound{id=12ab peer=peer:1}\tm\t\n")
                .contains("\"message\":\"m\",\"proxy\":{\"wl\":\"shop/web\"},"
                        + "\"inbound\":{\"id\":\"12ab\",\"peer\":\"peer:1\"}}\n");
    }

    @Test
    void aStackTraceIsWrittenOnlyWhereDebugIsOn() {
        try (Logging _ = Logging.start(LogFilter.INFO, LogFormat.PLAIN, out)) {
            xds.warn("broken", new IllegalStateException("why"));
        }
        String quiet = text();
        out.reset();
        try (Logging _ = Logging.start(LogFilter.parse("debug"), LogFormat.PLAIN, out)) {
            xds.warn("broken", new IllegalStateException("why"));
        }

        assertThat(quiet)
                .endsWith("\tbroken\terror=\"IllegalStateException: why\"\n")
                .doesNotContain("\tat ");
        assertThat(text()).contains("\tat mesh.ambit.telemetry.LoggingTest");
    }

    @Test
    void aCauseThatTheMessageNamesIsNotSaidTwice() {
        try (Logging _ = Logging.start(LogFilter.INFO, LogFormat.PLAIN, out)) {
            xds.warn("broken: {}", "why", new IllegalStateException("why"));
        }

        assertThat(text()).endsWith("\tbroken: why\t\n");
    }

    @Test
    void levelsChangeWhileRunningAndForeignLoggersStayQuietUnlessNamed() {
        try (Logging logging = Logging.start(LogFilter.INFO, LogFormat.PLAIN, out)) {
            Logger foreign = LoggerFactory.getLogger("io.example.Foo");
            assertThat(xds.isDebugEnabled()).isFalse();

            logging.levels().set(LogFilter.parse("debug"));
            assertThat(xds.isDebugEnabled()).isTrue();
            assertThat(foreign.isDebugEnabled()).isFalse();

            logging.levels().set(LogFilter.parse("ztunnel::xds=trace,io::example=debug,warn"));
            assertThat(xds.isTraceEnabled()).isTrue();
            assertThat(foreign.isDebugEnabled()).isTrue();
            assertThat(LoggerFactory.getLogger("mesh.ambit.ca.X").isInfoEnabled())
                    .isFalse();

            logging.levels().reset();
            assertThat(xds.isDebugEnabled()).isFalse();
            assertThat(foreign.isDebugEnabled()).isFalse();
        }
    }

    @Test
    void scopesThatAreNoPackageHaveTheirLevelToo() {
        try (Logging logging = Logging.start(LogFilter.INFO, LogFormat.JSON, out)) {
            Logger decisions = LoggerFactory.getLogger("ztunnel.state");
            assertThat(decisions.isDebugEnabled()).isFalse();

            logging.levels().set(LogFilter.parse("debug"));
            assertThat(decisions.isDebugEnabled()).isTrue();
            decisions.debug("no allow policies, allow");

            logging.levels().set(LogFilter.parse("ztunnel::state=off,debug"));
            assertThat(decisions.isErrorEnabled()).isFalse();
        }
        assertThat(text()).contains("\"scope\":\"ztunnel::state\",\"message\":\"no allow policies, allow\"");
    }

    @Test
    void nothingIsLostWhenMoreIsLoggedThanMayWait() {
        int lines = AsyncAppender.CAPACITY + 500;
        try (Logging _ = Logging.start(LogFilter.INFO, LogFormat.PLAIN, out)) {
            for (int i = 0; i < lines; i++) {
                xds.info("line");
            }
        }

        assertThat(text().lines().count()).isEqualTo(lines);
    }

    @ParameterizedTest
    @EnumSource
    void aFieldThatCannotBeWrittenCostsTheFieldsOfItsLineOnly(LogFormat format) {
        Object broken = new Object() {
            @Override
            public String toString() {
                throw new IllegalStateException("no text");
            }
        };
        try (Logging _ = Logging.start(LogFilter.INFO, format, out)) {
            xds.atInfo().addKeyValue("n", 7).addKeyValue("field", broken).log("first");
            xds.info("second");
        }

        assertThat(text().lines())
                .satisfiesExactly(
                        line -> assertThat(line).contains("first", "fields_not_written", "IllegalStateException"),
                        line -> assertThat(line).contains("second"));
    }

    @Test
    void aNumberThatJsonDoesNotHaveEndsNothing() {
        try (Logging _ = Logging.start(LogFilter.INFO, LogFormat.JSON, out)) {
            xds.atInfo().addKeyValue("share", Double.NaN).log("first");
            xds.info("second");
        }

        assertThat(text().lines())
                .satisfiesExactly(
                        line -> assertThat(line)
                                .contains("\"message\":\"first\"")
                                .contains("fields_not_written"),
                        line -> assertThat(line).contains("\"message\":\"second\""));
    }

    private String text() {
        return out.toString(StandardCharsets.UTF_8);
    }
}
