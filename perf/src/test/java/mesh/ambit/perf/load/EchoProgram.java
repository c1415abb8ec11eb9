package mesh.ambit.perf.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;

/** A load server that echoes on a port of loopback: says which on standard output, and ends with its input. */
final class EchoProgram {
    private EchoProgram() {}

    public static void main(String[] arguments) throws IOException {
        try (LoadServer server = new LoadServer()) {
            ServerSocketChannel listener = ServerSocketChannel.open();
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4096);
            server.serve(listener, LoadServer.Role.ECHO);
            System.out.println(((InetSocketAddress) listener.getLocalAddress()).getPort());
            System.out.flush();
            while (System.in.read() >= 0) {
                // Nothing that anybody writes means anything.
            }
        }
    }
}
