package mesh.ambit.hbone;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Both ends of a tunnel, joined by hand, and a life of chance: streams are opened, answered or not, written to, read,
 * ended and reset in any order, bytes cross in pieces of any size, sockets are full for a while. What each end has got
 * is compared with what the other has said.
 */
final class TunnelPair {
    private final Random random;
    private final List<Conversation> conversations = new ArrayList<>();
    private final ArrayDeque<ConnectExchange> unanswered = new ArrayDeque<>();
    private final List<String> faults = new ArrayList<>();
    private final ClientTunnel client;
    private final ServerTunnel server;
    private boolean draining;
    private final ChanceLine up;
    private final ChanceLine down;

    TunnelPair(long seed) {
        random = new Random(seed);
        TunnelSettings defaults = TunnelSettings.DEFAULT;
        client = new ClientTunnel(settings(defaults), TunnelGuards.NONE, new Owner());
        server = new ServerTunnel(
                settings(defaults),
                TunnelGuards.NONE,
                InstantSource.system(),
                TestServers.handler(unanswered::add, failure -> faults.add("handshake: " + failure)));
        EmbeddedChannel clientChannel = channel(client);
        EmbeddedChannel serverChannel = channel(server);
        up = new ChanceLine(random, clientChannel, serverChannel);
        down = new ChanceLine(random, serverChannel, clientChannel);
        clientChannel.pipeline().fireUserEventTriggered(SslHandshakeCompletionEvent.SUCCESS);
        serverChannel.pipeline().fireUserEventTriggered(SslHandshakeCompletionEvent.SUCCESS);
    }

    private TunnelSettings settings(TunnelSettings defaults) {
        int[] streamWindows = {1, 100, 20_000, 70_000, defaults.streamWindowBytes()};
        int[] tunnelWindows = {65_535, 200_000, defaults.connectionWindowBytes()};
        int[] frames = {16_384, defaults.maxFrameBytes()};
        return new TunnelSettings(
                streamWindows[random.nextInt(streamWindows.length)],
                tunnelWindows[random.nextInt(tunnelWindows.length)],
                frames[random.nextInt(frames.length)],
                100,
                defaults.unusedRelease(),
                defaults.care());
    }

    private static EmbeddedChannel channel(ChannelHandler tunnel) {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.freezeTime();
        channel.pipeline().addLast(new WritesWait(), tunnel);
        return channel;
    }

    /** Does {@code steps} things of chance. */
    void live(int steps) {
        for (int i = 0; i < steps; i++) {
            step();
        }
    }

    private void step() {
        if (random.nextInt(2_000) == 0) {
            draining = true;
            server.drain();
        }
        switch (random.nextInt(12)) {
            case 0 -> {
                if (client.load() < 90 && client.acceptsStreams()) {
                    conversations.add(new Conversation(conversations.size(), client, random, faults));
                }
            }
            case 1 -> answer();
            case 2, 3 -> up.carry(random.nextInt(1, 70_000));
            case 4, 5 -> down.carry(random.nextInt(1, 70_000));
            case 6 -> (random.nextBoolean() ? up : down).setWritable(random.nextInt(3) > 0);
            default -> {
                if (!conversations.isEmpty()) {
                    Conversation one = conversations.get(random.nextInt(conversations.size()));
                    (random.nextBoolean() ? one.caller : one.called).act();
                }
            }
        }
    }

    private void answer() {
        ConnectExchange exchange = unanswered.poll();
        if (exchange == null) {
            return;
        }
        if (!exchange.isOpen()) {
            return;
        }
        Conversation conversation = conversationOf(exchange.request().authority());
        switch (random.nextInt(10)) {
            case 0 -> {
                conversation.broken = true;
                exchange.refuse(503);
            }
            case 1 -> {
                conversation.broken = true;
                exchange.abandon();
            }
            default -> conversation.called.start(exchange.accept(HeaderFields.NONE));
        }
    }

    private Conversation conversationOf(String authority) {
        return conversations.get(Integer.parseInt(authority.split(":", 2)[1]) - 1);
    }

    /** Says the last words of everybody, and checks that all of them have been heard. */
    void conclude() {
        up.setWritable(true);
        down.setWritable(true);
        settle();
        for (Conversation one : conversations) {
            one.caller.end();
            one.called.end();
        }
        settle();
        assertThat(faults).isEmpty();
        assertThat(client.isClosed()).as("the client's end has ended").isEqualTo(draining);
        assertThat(server.isClosed()).as("the server's end has ended").isEqualTo(draining);
        for (Conversation one : conversations) {
            one.check();
        }
        assertThat(client.streams.count()).as("streams of the client").isZero();
        assertThat(server.streams.count()).as("streams of the server").isZero();
        assertThat(client.out().waiting() + server.out().waiting()).isZero();
        assertThat(isAllTaken(client)).as("credit of the server").isTrue();
        assertThat(isAllTaken(server)).as("credit of the client").isTrue();
    }

    private static boolean isAllTaken(TunnelConnection tunnel) {
        // A tunnel that is closed keeps no books.
        return tunnel.isClosed() || (tunnel.receiveWindow != null && tunnel.receiveWindow.held() == 0);
    }

    private void settle() {
        int quiet = 0;
        while (quiet < 3) {
            boolean moved = false;
            while (!unanswered.isEmpty()) {
                answer();
                moved = true;
            }
            for (Conversation one : conversations) {
                moved |= one.caller.take(Integer.MAX_VALUE);
                moved |= one.called.take(Integer.MAX_VALUE);
            }
            moved |= up.carry(Integer.MAX_VALUE);
            moved |= down.carry(Integer.MAX_VALUE);
            quiet = moved ? 0 : quiet + 1;
        }
    }

    void close() {
        up.close();
        down.close();
    }

    private final class Owner implements ClientTunnel.Owner {
        @Override
        public void onUnusable(ClientTunnel tunnel) {
            if (!draining) {
                faults.add("unusable");
            }
        }

        @Override
        public void onUnprocessed(ClientTunnel tunnel, PendingConnect request) {
            if (!draining) {
                faults.add("unprocessed");
            }
            conversationOf(request.authority()).broken = true;
            request.promise().cancel(false);
        }

        @Override
        public boolean certificatesLast(ClientTunnel tunnel) {
            return true;
        }

        @Override
        public void onEstablished(ClientTunnel tunnel) {}

        @Override
        public void onGone(ClientTunnel tunnel) {}
    }
}
