package mesh.ambit.ztunnel.inbound;

import java.net.InetSocketAddress;
import java.util.concurrent.ThreadLocalRandom;
import mesh.ambit.headers.Traceparent;
import mesh.ambit.model.WorkloadInfo;
import org.jspecify.annotations.Nullable;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * What a line of the log is a part of: the proxy of a pod and, for a request in a tunnel, that request. The reference
 * shows both beside the line's scope.
 *
 * @param pod the pod whose proxy this is
 * @param caller who asks; null for what concerns a connection that stands
 * @param source where it comes from
 */
record Scene(WorkloadInfo pod, @Nullable Caller caller, InetSocketAddress source) {
    /** Returns {@code line} with what it is a part of. */
    LoggingEventBuilder on(LoggingEventBuilder line) {
        LoggingEventBuilder ofProxy = line.addKeyValue("@proxy.wl", pod.namespace() + "/" + pod.name());
        return caller instanceof Caller.Stream stream
                ? ofProxy.addKeyValue("@inbound.id", traceOf(stream)).addKeyValue("@inbound.peer", source)
                : ofProxy;
    }

    /** Returns the request's id by its client, or one that nobody else knows. */
    private static String traceOf(Caller.Stream stream) {
        String header = stream.exchange().request().headers().first(Traceparent.NAME);
        Traceparent known = header == null ? null : Traceparent.parse(header);
        return (known == null ? Traceparent.random(ThreadLocalRandom.current()) : known).traceId();
    }
}
