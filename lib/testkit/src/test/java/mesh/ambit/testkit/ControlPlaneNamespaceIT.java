package mesh.ambit.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import mesh.ambit.channel.ControlPlane;
import mesh.ambit.channel.ControlPlaneChannels;
import mesh.ambit.channel.TrustRoots;
import mesh.ambit.protocol.discovery.AggregatedDiscoveryServiceGrpc;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import mesh.ambit.protocol.discovery.DeltaDiscoveryResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** From which network namespace a client of a control plane connects. */
@Tag("netns")
class ControlPlaneNamespaceIT {
    @RegisterExtension
    final NetnsLab lab = new NetnsLab();

    @TempDir
    private Path folder;

    private final TestAuthority authority = new TestAuthority("ads");
    private final FakeAds ads = FakeAds.start(authority);
    private final ControlPlaneChannels inside = new ControlPlaneChannels();
    private final ControlPlaneChannels outside = new ControlPlaneChannels();

    @AfterEach
    void stop() {
        inside.close();
        outside.close();
        ads.close();
    }

    /** A thread belongs to the namespace of the one that started it: channels must not share theirs. */
    @Test
    void aChannelThatWasOpenedInANamespaceDoesNotTakeTheNextOneThere() {
        ManagedChannel lost = lab.isolated("alone").call(() -> call(inside));
        Await.until("nobody is there", () -> lost.getState(false) == ConnectivityState.TRANSIENT_FAILURE);

        ManagedChannel found = call(outside);

        assertThat(ads.awaitStream().awaitRequest()).isNotNull();
        lost.shutdownNow();
        found.shutdownNow();
    }

    private ManagedChannel call(ControlPlaneChannels channels) {
        ManagedChannel channel;
        try {
            Path roots = Files.writeString(folder.resolve("root.pem"), authority.rootPem());
            channel = channels.open(
                    new ControlPlane(
                            ads.address(), TrustRoots.parse(roots.toString()), null, null, "Kubernetes", Map.of()),
                    Runnable::run);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        ClientCall<DeltaDiscoveryRequest, DeltaDiscoveryResponse> call = channel.newCall(
                AggregatedDiscoveryServiceGrpc.getDeltaAggregatedResourcesMethod(), CallOptions.DEFAULT);
        call.start(new ClientCall.Listener<>() {}, new Metadata());
        call.request(1);
        call.sendMessage(DeltaDiscoveryRequest.getDefaultInstance());
        return channel;
    }
}
