package mesh.ambit.ztunnel.app;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.Future;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import mesh.ambit.hbone.SvidSource;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.model.Workload;
import mesh.ambit.tls.Svid;
import mesh.ambit.ztunnel.inpod.LocalWorkload;

/**
 * The certificate that a pod shows to those who come: that of the identity which the control plane gives it, waited for
 * like every use of its workload.
 */
final class LocalCertificates implements SvidSource {
    private final LocalWorkload pod;
    private final EventLoopGroup loops;
    private final Function<SpiffeId, CompletionStage<Svid>> certificates;

    LocalCertificates(LocalWorkload pod, EventLoopGroup loops, Function<SpiffeId, CompletionStage<Svid>> certificates) {
        this.pod = pod;
        this.loops = loops;
        this.certificates = certificates;
    }

    @Override
    public CompletionStage<Svid> fetch() {
        Workload known = pod.current();
        if (known != null) {
            return named(certificates.apply(known.identity()));
        }
        CompletableFuture<Workload> found = new CompletableFuture<>();
        EventLoop loop = loops.next();
        loop.execute(() -> pod.awaitInHandshake(loop).addListener((Future<Workload> done) -> {
            if (done.isSuccess()) {
                found.complete(done.getNow());
            } else {
                found.completeExceptionally(new IllegalStateException("workload is unknown: " + pod.info()));
            }
        }));
        return named(found.thenCompose(workload -> certificates.apply(workload.identity())));
    }

    /** Says of every failure that it was one to sign, as upstream's log of refused connections does. */
    private static CompletionStage<Svid> named(CompletionStage<Svid> answer) {
        return answer.exceptionallyCompose(failure -> {
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            return CompletableFuture.failedFuture(new IllegalStateException("signing error: " + cause.getMessage()));
        });
    }
}
