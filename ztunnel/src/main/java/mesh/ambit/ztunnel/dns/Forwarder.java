package mesh.ambit.ztunnel.dns;

import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers what the mesh does not know: from special names, from what it remembers, from the name servers. Follows aliases
 * that a server leaves open, and asks only once what several clients ask at a time. Confined to one event loop.
 */
final class Forwarder {
    /** Questions under way at a time; whoever comes when there are as many is told SERVFAIL. */
    static final int MAX_UNDER_WAY = 256;

    static final int MAX_CACHED_ANSWERS = 1024;
    static final long MAX_CACHED_BYTES = 1 << 20;

    /** As many as upstream's resolver follows. */
    private static final int MAX_ALIASES = 8;

    private final NameServers servers;
    private final SpecialNames special;
    private final LongSupplier nanoTime;
    private final AnswerCache cache;
    private final Map<DnsQuestion, Promise<Resolution>> underWay = new HashMap<>();

    Forwarder(NameServers servers, SpecialNames special, LongSupplier nanoTime) {
        this(servers, special, nanoTime, MAX_CACHED_ANSWERS, MAX_CACHED_BYTES);
    }

    Forwarder(NameServers servers, SpecialNames special, LongSupplier nanoTime, int maxAnswers, long maxBytes) {
        this.servers = servers;
        this.special = special;
        this.nanoTime = nanoTime;
        this.cache = new AnswerCache(maxAnswers, maxBytes);
    }

    /** Returns the resolution of {@code question}, which is in lower case; never fails. */
    Future<Resolution> resolve(DnsQuestion question) {
        assert servers.loop().inEventLoop();
        Resolution known = known(question);
        if (known != null) {
            return servers.loop().newSucceededFuture(known);
        }
        Promise<Resolution> shared = underWay.get(question);
        if (shared != null) {
            return shared;
        }
        Promise<Resolution> promise = servers.loop().newPromise();
        if (underWay.size() >= MAX_UNDER_WAY) {
            return promise.setSuccess(Resolution.failed(
                    Messages.SERVFAIL, "more than " + MAX_UNDER_WAY + " questions to name servers under way"));
        }
        underWay.put(question, promise);
        promise.addListener((Future<Resolution> done) -> {
            underWay.remove(question);
            cache.put(question, done.getNow(), nanoTime.getAsLong());
        });
        ask(question, List.of(), 0, promise);
        return promise;
    }

    private @Nullable Resolution known(DnsQuestion question) {
        Resolution found = special.find(question);
        return found != null ? found : cache.find(question, nanoTime.getAsLong());
    }

    private void ask(DnsQuestion question, List<DnsRecord> chain, int aliases, Promise<Resolution> promise) {
        Resolution known = aliases == 0 ? null : known(question);
        if (known != null) {
            promise.setSuccess(known.behind(chain));
            return;
        }
        servers.ask(question).addListener((Future<DnsReply> done) -> {
            if (!done.isSuccess()) {
                promise.setSuccess(failure(done.cause()));
                return;
            }
            switch (ReplyRules.judge(question, chain, done.getNow())) {
                case ReplyRules.Verdict.Settled(Resolution resolution) -> promise.setSuccess(resolution);
                case ReplyRules.Verdict.Alias(DnsName next, List<DnsRecord> aliasChain) -> {
                    DnsQuestion about = new DnsQuestion(next, question.type());
                    if (aliases == MAX_ALIASES) {
                        promise.setSuccess(Resolution.nothing(Messages.NOERROR, about, 0));
                    } else {
                        ask(about, aliasChain, aliases + 1, promise);
                    }
                }
            }
        });
    }

    private static Resolution failure(Throwable cause) {
        int rcode = cause instanceof NoReplyException known ? known.rcode() : Messages.SERVFAIL;
        return Resolution.failed(rcode, String.valueOf(cause.getMessage()));
    }
}
