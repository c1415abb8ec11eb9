package mesh.ambit.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogFilterTest {
    private static final LogFilter NODE_PROXY = LogFilter.parse(LogFilter.NODE_PROXY_DIRECTIVE + ",info");

    @Test
    void theMostSpecificDirectiveIsPrintedFirst() {
        assertThat(NODE_PROXY.toString()).isEqualTo("hickory_server::server=off,info");
        assertThat(NODE_PROXY.with("access=debug").toString())
                .isEqualTo("hickory_server::server=off,access=debug,info");
    }

    @Test
    void aLaterDirectiveReplacesAnEarlierOne() {
        assertThat(NODE_PROXY.with("debug").with("warn").toString()).isEqualTo("hickory_server::server=off,warn");
    }

    @Test
    void theLongestScopeDecides() {
        LogFilter filter = LogFilter.parse("ztunnel::proxy=warn,ztunnel::proxy::inbound=trace,info");

        assertThat(filter.levelOf("ztunnel::proxy::inbound")).isEqualTo(LogLevel.TRACE);
        assertThat(filter.levelOf("ztunnel::proxy::outbound")).isEqualTo(LogLevel.WARN);
        assertThat(filter.levelOf("ztunnel::xds")).isEqualTo(LogLevel.INFO);
        assertThat(LogFilter.parse("a=info").levelOf("b")).isEqualTo(LogLevel.OFF);
    }

    @Test
    void atTheStartAScopeAloneIsWhollyLoggedAndNothingIsNothing() {
        LogFilter bare = LogFilter.parse(LogFilter.NODE_PROXY_DIRECTIVE);

        assertThat(bare.withAtStart("dns,WARN,").toString()).isEqualTo("hickory_server::server=off,dns=trace,warn");
        assertThat(bare.withAtStart("").levelOf("xds")).isEqualTo(LogLevel.OFF);
        assertThatThrownBy(() -> bare.withAtStart("access=loud")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void levelsMayBeNumbers() {
        assertThat(LogFilter.parse("dns=0,xds=+05,4").toString()).isEqualTo("xds=trace,dns=off,debug");
    }

    @ParameterizedTest
    @ValueSource(strings = {"6", "dns=-1", "loud", "access:debug", "access", "=loud", "access=loud", "info,", ""})
    void whatIsNeitherALevelNorAScopeWithALevelIsRefused(String text) {
        assertThatThrownBy(() -> LogFilter.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void loggersOfOursHaveUpstreamsScopes() {
        assertThat(Scopes.scopeOf("mesh.ambit.ztunnel.inbound.StreamHandler")).isEqualTo("ztunnel::proxy::inbound");
        assertThat(Scopes.scopeOf("mesh.ambit.istiod.push.AdsServer")).isEqualTo("istiod::push");
        assertThat(Scopes.scopeOf("access")).isEqualTo("access");
        assertThat(Scopes.scopeOf("io.netty.channel.Foo")).isEqualTo("io::netty::channel::Foo");
    }

    @Test
    void anEmptyScopeIsThatOfEverything() {
        LogFilter filter = LogFilter.parse("trace,access=info").with("=debug");

        assertThat(filter).hasToString("access=info,=debug,trace");
        assertThat(filter.levelOf("dns")).isEqualTo(LogLevel.DEBUG);
        assertThat(filter.levelOf("access")).isEqualTo(LogLevel.INFO);
        assertThat(filter.everythingElse()).isEqualTo(LogLevel.DEBUG);
        assertThat(filter.scopes()).containsOnlyKeys("access");
    }
}
