package mesh.ambit.ztunnel.dns;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import mesh.ambit.model.MeshView;
import mesh.ambit.model.Workload;
import mesh.ambit.telemetry.DnsMetrics;
import mesh.ambit.telemetry.WorkloadLabels;
import mesh.ambit.ztunnel.inpod.LocalWorkload;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the answer to each question of one pod: who asks, what the mesh says, what the name servers say. Counts and logs
 * it. Confined to one event loop.
 */
final class DnsService {
    /** Requests without an answer at a time; whoever comes when there are as many is told SERVFAIL. */
    static final int MAX_PENDING = 1024;

    /** Its own scope, as upstream's. */
    private static final Logger LOG = LoggerFactory.getLogger("dns");

    private final EventLoop loop;
    private final MeshView mesh;
    private final LocalWorkload pod;
    private final MeshNames names;
    private final Forwarder forwarder;
    private final DnsMetrics metrics;
    private final LongSupplier nanoTime;
    private Runnable whenIdle = () -> {};
    private int pending;

    DnsService(
            EventLoop loop,
            MeshView mesh,
            LocalWorkload pod,
            MeshNames names,
            Forwarder forwarder,
            DnsMetrics metrics,
            LongSupplier nanoTime) {
        this.loop = loop;
        this.mesh = mesh;
        this.pod = pod;
        this.names = names;
        this.forwarder = forwarder;
        this.metrics = metrics;
        this.nanoTime = nanoTime;
    }

    /**
     * Hands the answer to {@code query} to {@code reply}, now or later, once; a response gets none.
     *
     * @param protocol for the metrics
     */
    void answer(DnsQuery query, String protocol, Consumer<DnsAnswer> reply) {
        assert loop.inEventLoop();
        if (query.isResponse()) {
            return; // Two that answer each other's answers would not stop.
        }
        if (query.malformed()) {
            reply.accept(DnsAnswer.error(Messages.FORMERR));
        } else if (query.opcode() != 0) {
            reply.accept(DnsAnswer.error(Messages.NOTIMP));
        } else if (query.question() == null || pending >= MAX_PENDING) {
            reply.accept(DnsAnswer.error(Messages.SERVFAIL));
        } else {
            DnsQuestion question = query.question();
            pending++;
            identify(question, protocol, answer -> {
                reply.accept(answer);
                pending--;
                if (pending == 0) {
                    whenIdle.run();
                }
            });
        }
    }

    /** Has {@code action} run as soon as no request waits for an answer, perhaps now. */
    void whenIdle(Runnable action) {
        if (pending == 0) {
            action.run();
        } else {
            whenIdle = action;
        }
    }

    private void identify(DnsQuestion question, String protocol, Consumer<DnsAnswer> reply) {
        pod.await(loop).addListener((Future<Workload> known) -> {
            if (known.isSuccess()) {
                decide(known.getNow(), question, protocol, reply);
            } else {
                series(question, protocol, null).asked();
                reply.accept(DnsAnswer.error(Messages.SERVFAIL));
            }
        });
    }

    private void decide(Workload client, DnsQuestion question, String protocol, Consumer<DnsAnswer> reply) {
        DnsMetrics.Series series = series(question, protocol, client);
        series.asked();
        switch (names.decide(mesh.current(), client, question, ThreadLocalRandom.current())) {
            case NameDecision.Answered(DnsAnswer answer, String result) -> {
                boolean alias = !answer.answers().isEmpty()
                        && answer.answers().getFirst().type() == RecordType.CNAME;
                log(client, question, result, alias ? 1 : 0);
                reply.accept(answer);
            }
            case NameDecision.Forward _ -> {
                long start = nanoTime.getAsLong();
                series.forwarded();
                forwarder.resolve(question.lower()).addListener((Future<Resolution> done) -> {
                    Resolution resolution = done.getNow();
                    series.returned(nanoTime.getAsLong() - start, resolution.failure() == null);
                    log(
                            client,
                            question,
                            resolution.failure() == null
                                    ? "forwarded"
                                    : "forwarding failed (" + resolution.failure() + ")",
                            resolution.answers().size());
                    reply.accept(
                            new DnsAnswer(resolution.rcode(), false, resolution.answers(), resolution.additionals()));
                });
            }
        }
    }

    private DnsMetrics.Series series(DnsQuestion question, String protocol, @Nullable Workload client) {
        return metrics.of(
                RecordType.name(question.type()), protocol, client == null ? null : WorkloadLabels.of(client));
    }

    private static void log(Workload client, DnsQuestion question, String result, int endpoints) {
        if (LOG.isDebugEnabled()) {
            LOG.atDebug()
                    .addKeyValue("src.workload", client.name())
                    .addKeyValue("src.namespace", client.namespace())
                    .addKeyValue("query", RecordType.name(question.type()))
                    .addKeyValue("domain", question.name().lower().toString())
                    .addKeyValue("result", result)
                    .addKeyValue("endpoints", endpoints)
                    .log("");
        }
    }
}
