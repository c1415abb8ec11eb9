package mesh.ambit.perf.measure;

import java.util.Map;
import mesh.ambit.perf.load.Ports;

/**
 * A kind of traffic.
 *
 * @param kind as the load process knows it
 * @param port of the server
 * @param options of the kind
 */
record Traffic(String kind, int port, int connections, Map<String, String> options) {
    static Traffic up(int connections) {
        return new Traffic("up", Ports.SINK, connections, Map.of());
    }

    static Traffic down(int connections) {
        return new Traffic("down", Ports.SOURCE, connections, Map.of());
    }

    static Traffic rate(int connections, int perSecond, int size) {
        return new Traffic(
                "rate",
                Ports.ECHO,
                connections,
                Map.of("rate", Integer.toString(perSecond), "size", Integer.toString(size)));
    }

    static Traffic loop(int connections, int size) {
        return new Traffic("loop", Ports.ECHO, connections, Map.of("size", Integer.toString(size)));
    }

    static Traffic connect(int concurrent) {
        return new Traffic("connect", Ports.ECHO, concurrent, Map.of());
    }

    static Traffic hold(int connections) {
        return new Traffic("hold", Ports.ECHO, connections, Map.of());
    }

    @Override
    public String toString() {
        return kind + " over " + connections + " connections";
    }
}
