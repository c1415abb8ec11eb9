package mesh.ambit.perf.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlaceTest {
    @ParameterizedTest
    @CsvSource({
        "io.netty.channel.unix.Socket.sendAddress, SEND",
        "io.netty.channel.unix.FileDescriptor.writevAddresses, SEND",
        "io.netty.channel.unix.Socket.recvAddress, RECEIVE",
        "io.netty.channel.unix.Socket.connect, SOCKETS",
        "mesh.ambit.linux.Libc.call, SOCKETS",
        "io.netty.channel.epoll.Native.epollWait0, POLL",
        "io.netty.internal.tcnative.SSL.writeToSSL, CIPHER",
        "io.netty.handler.ssl.SslHandler.wrap, TLS",
        "mesh.ambit.hbone.FrameReader.read, TUNNEL",
        "mesh.ambit.telemetry.AccessLog.write, TELEMETRY",
        "mesh.ambit.ztunnel.outbound.OutboundRouter.route, DECISIONS",
        "io.netty.channel.DefaultChannelPipeline.fireChannelRead, NETTY",
        "java.lang.Thread.run, OTHER_JAVA",
    })
    void aFrameTellsWhereItIs(String frame, Place place) {
        assertThat(Place.of(List.of(frame))).isEqualTo(place);
    }

    @Test
    void libraryCodeBelongsToWhoeverCalledIt() {
        assertThat(Place.of(List.of(
                        "java.util.HashMap.get", "mesh.ambit.telemetry.SeriesKey.of", "io.netty.channel.Channel.read")))
                .isEqualTo(Place.TELEMETRY);
        assertThat(Place.of(List.of())).isEqualTo(Place.OTHER_JAVA);
    }

    /** The names above are Netty's own business: here they are held against the library in use. */
    @Test
    void callsThatMoveBytesAreKnownByTheirNames() {
        List<String> moving = Stream.of(Socket.class, FileDescriptor.class)
                .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                .filter(method -> java.lang.reflect.Modifier.isNative(method.getModifiers()))
                .map(Method::getName)
                .filter(name -> name.matches("(send|recv|read|write)(v?Address(es)?)?"))
                .toList();

        assertThat(moving)
                .isNotEmpty()
                .allSatisfy(name -> assertThat(Place.of(List.of("io.netty.channel.unix.Socket." + name)))
                        .isIn(Place.SEND, Place.RECEIVE));
    }
}
