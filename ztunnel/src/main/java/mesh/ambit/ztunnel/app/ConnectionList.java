package mesh.ambit.ztunnel.app;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.model.WorkloadInfo;
import mesh.ambit.telemetry.ConnectionDetails;
import mesh.ambit.telemetry.OpenConnection;
import mesh.ambit.telemetry.WorkloadLabels;
import mesh.ambit.ztunnel.inpod.LiveConnections;
import mesh.ambit.ztunnel.inpod.PodRegistry;
import org.jspecify.annotations.Nullable;

/** The open connections of the node's pods, as JSON: who with whom, how much, since when. The oldest come first. */
final class ConnectionList {
    /** A page for people: whoever has more connections than this looks at the count and at the oldest ones. */
    static final int MAX_SHOWN = 10_000;

    private final Supplier<List<PodRegistry.Entry>> pods;

    ConnectionList(Supplier<List<PodRegistry.Entry>> pods) {
        this.pods = pods;
    }

    /** A connection and the pod that it is one of. */
    private record Line(WorkloadInfo pod, LiveConnections.View view) {
        long ageMillis() {
            OpenConnection.Standing standing = view.standing();
            return standing == null ? 0 : standing.ageMillis();
        }
    }

    String print() {
        List<CompletableFuture<List<Line>>> parts = new ArrayList<>();
        for (PodRegistry.Entry entry : pods.get()) {
            if (entry.proxy() instanceof InPodProxy proxy) {
                WorkloadInfo info = entry.pod().info();
                parts.add(proxy.views()
                        .thenApply(views ->
                                views.stream().map(view -> new Line(info, view)).toList()));
            }
        }
        List<Line> all = parts.stream().flatMap(part -> part.join().stream()).toList();
        return print(all);
    }

    private static String print(List<Line> all) {
        Stream<Line> oldest = all.stream()
                .sorted(Comparator.comparingLong(Line::ageMillis).reversed())
                .limit(MAX_SHOWN);
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("total", all.size());
        page.put("connections", oldest.map(ConnectionList::entry).toList());
        return Json.print(page);
    }

    private static Map<String, Object> entry(Line line) {
        LiveConnections.View view = line.view();
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("pod", line.pod().namespace() + "/" + line.pod().name());
        entry.put(
                "direction",
                switch (view.direction()) {
                    case INBOUND -> "inbound";
                    case OUTBOUND -> "outbound";
                });
        entry.put("protocol", view.protocol());
        OpenConnection.Standing standing = view.standing();
        @Nullable ConnectionDetails details = standing == null ? null : standing.details();
        entry.put(
                "source",
                end(
                        view.source(),
                        details == null ? null : details.sourceWorkload(),
                        details == null ? null : details.sourceIdentity()));
        Map<String, Object> destination = end(
                view.actualDestination(),
                details == null ? null : details.destinationWorkload(),
                details == null ? null : details.destinationIdentity());
        putKnown(destination, "original", view.originalDestination());
        if (details != null && details.service() != null) {
            destination.put("service", details.service().hostname());
        }
        entry.put("destination", destination);
        if (standing != null) {
            entry.put("bytesSent", standing.sentBytes());
            entry.put("bytesReceived", standing.receivedBytes());
            entry.put("ageMillis", standing.ageMillis());
        }
        return entry;
    }

    private static Map<String, Object> end(
            String address, @Nullable WorkloadLabels workload, @Nullable SpiffeId identity) {
        Map<String, Object> end = new LinkedHashMap<>();
        end.put("address", address);
        if (workload != null) {
            String name = workload.name().isEmpty() ? workload.workload() : workload.name();
            end.put("workload", workload.namespace() + "/" + name);
        }
        putKnown(end, "identity", identity == null ? null : identity.toString());
        return end;
    }

    private static void putKnown(Map<String, Object> map, String key, @Nullable String value) {
        if (value != null) {
            map.put(key, value);
        }
    }
}
