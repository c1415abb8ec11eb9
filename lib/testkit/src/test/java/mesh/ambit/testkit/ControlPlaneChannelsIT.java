package mesh.ambit.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import mesh.ambit.channel.ControlPlane;
import mesh.ambit.channel.ControlPlaneChannels;
import mesh.ambit.channel.TrustRoots;
import mesh.ambit.protocol.discovery.AggregatedDiscoveryServiceGrpc;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import mesh.ambit.protocol.discovery.DeltaDiscoveryResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is on its way when a client ends. That no buffer stays behind is seen by the detector that every class runs under. */
class ControlPlaneChannelsIT {
    private static final long PATIENCE_SECONDS = 30;

    @TempDir
    private Path folder;

    private final TestAuthority authority = new TestAuthority("ads");
    private final FakeAds ads = FakeAds.start(authority);
    private final ControlPlaneChannels channels = new ControlPlaneChannels();

    @AfterEach
    void stop() {
        channels.close();
        ads.close();
    }

    @Test
    void whatAnExecutorThatHasEndedRefusesIsTakenAllTheSame() throws Exception {
        ManagedChannel channel = open(_ -> {
            throw new RejectedExecutionException("ended");
        });
        Answers answers = call(channel);

        ads.awaitStream().send(DeltaDiscoveryResponse.newBuilder().setTypeUrl("first"));

        assertThat(answers.first.get(PATIENCE_SECONDS, TimeUnit.SECONDS).getTypeUrl())
                .isEqualTo("first");
        channel.shutdownNow();
        assertThat(answers.end.get(PATIENCE_SECONDS, TimeUnit.SECONDS).getCode())
                .isEqualTo(Status.Code.UNAVAILABLE);
    }

    @Test
    void aChannelWorksUntilItsOwnerEndsIt() throws Exception {
        ManagedChannel channel = open(Runnable::run);
        Answers answers = call(channel);
        FakeAds.Stream stream = ads.awaitStream();

        channels.close();
        stream.send(DeltaDiscoveryResponse.newBuilder().setTypeUrl("late"));

        assertThat(answers.first.get(PATIENCE_SECONDS, TimeUnit.SECONDS).getTypeUrl())
                .isEqualTo("late");
        channel.shutdownNow();
        assertThat(channel.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aChannelThatIsOpenedTooLateConnectsNowhere() throws Exception {
        channels.close();

        ManagedChannel late = open(Runnable::run);
        Answers answers = call(late);

        assertThat(late.isShutdown()).isTrue();
        assertThat(answers.end.get(PATIENCE_SECONDS, TimeUnit.SECONDS).getCode())
                .isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(late.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    private ManagedChannel open(Executor callbacks) throws IOException {
        Path roots = folder.resolve("root.pem");
        Files.writeString(roots, authority.rootPem());
        return channels.open(
                new ControlPlane(ads.address(), TrustRoots.parse(roots.toString()), null, null, "Kubernetes", Map.of()),
                callbacks);
    }

    private static Answers call(ManagedChannel channel) {
        ClientCall<DeltaDiscoveryRequest, DeltaDiscoveryResponse> call = channel.newCall(
                AggregatedDiscoveryServiceGrpc.getDeltaAggregatedResourcesMethod(), CallOptions.DEFAULT);
        Answers answers = new Answers();
        call.start(answers, new Metadata());
        call.request(1);
        call.sendMessage(DeltaDiscoveryRequest.getDefaultInstance());
        return answers;
    }

    private static final class Answers extends ClientCall.Listener<DeltaDiscoveryResponse> {
        final CompletableFuture<DeltaDiscoveryResponse> first = new CompletableFuture<>();
        final CompletableFuture<Status> end = new CompletableFuture<>();

        @Override
        public void onMessage(DeltaDiscoveryResponse message) {
            first.complete(message);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            end.complete(status);
            first.completeExceptionally(status.asRuntimeException());
        }
    }
}
