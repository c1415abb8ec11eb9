package mesh.ambit.perf.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * A load process, client or server: does what the lines on its standard input say, answers each with one line, and ends
 * when the input does.
 */
public final class LoadAgent {
    private final LoadServer server;
    private final Map<String, Work> works = new HashMap<>();

    private LoadAgent(LoadServer server) {
        this.server = server;
    }

    /** Runs until standard input ends. */
    public static void main(String[] arguments) throws IOException {
        try (LoadServer server = new LoadServer();
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            LoadAgent agent = new LoadAgent(server);
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                System.out.println(agent.answer(line));
                System.out.flush();
            }
        }
        // Threads in blocking calls do not keep a process whose bench is gone.
        System.exit(0);
    }

    private String answer(String line) {
        try {
            return new Fields("ok", run(Fields.parse(line))).toString();
        } catch (IOException | RuntimeException e) {
            return "error " + String.valueOf(e.getMessage()).replace('\n', ' ');
        }
    }

    private Map<String, String> run(Fields order) throws IOException {
        return switch (order.word()) {
            case "listen" -> {
                server.listen(Path.of(order.text("netns")), InetAddress.ofLiteral(order.text("host")));
                yield Map.of();
            }
            case "received" ->
                Map.of("bytes", Long.toString(server.received()), "at", Long.toString(System.nanoTime()));
            case "start" -> {
                works.put(order.text("work"), start(order));
                yield Map.of();
            }
            case "take" -> require(order).tally().take();
            case "stop" -> {
                Work work = require(order);
                work.stop();
                works.remove(order.text("work"));
                yield work.tally().take();
            }
            default -> throw new IllegalArgumentException(order.word() + ": not a command");
        };
    }

    private static Work start(Fields order) throws IOException {
        Target target = Target.of(order);
        int connections = order.number("connections");
        return switch (order.text("kind")) {
            case "up" -> Bulk.start(target, connections, true);
            case "down" -> Bulk.start(target, connections, false);
            case "loop" -> ClosedLoop.start(target, connections, order.number("size"));
            case "rate" -> FixedRate.start(target, connections, order.number("size"), order.number("rate"));
            case "connect" -> NewConnections.start(target, connections);
            case "hold" -> HeldConnections.open(target, connections);
            default -> throw new IllegalArgumentException(order.text("kind") + ": not a kind of traffic");
        };
    }

    private Work require(Fields order) {
        Work work = works.get(order.text("work"));
        if (work == null) {
            throw new IllegalArgumentException(order.text("work") + " was not started");
        }
        return work;
    }
}
