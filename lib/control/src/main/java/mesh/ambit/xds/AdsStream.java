package mesh.ambit.xds;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.List;
import mesh.ambit.protocol.discovery.AggregatedDiscoveryServiceGrpc;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import mesh.ambit.protocol.discovery.DeltaDiscoveryResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream: requests out, responses in, an end.
 *
 * <p>One response is taken at a time, so that a control plane that sends faster than we apply is held back by HTTP/2.
 */
final class AdsStream extends ClientCall.Listener<DeltaDiscoveryResponse> {
    private static final Logger LOG = LoggerFactory.getLogger(AdsStream.class);

    /** Takes what the server says. */
    interface Receiver {
        /** The server has taken the stream; comes once, before the first response. */
        void opened(AdsStream stream);

        void received(AdsStream stream, DeltaDiscoveryResponse response);
    }

    /** Takes the end, which comes once. */
    interface End {
        void ended(Status status, boolean opened);
    }

    private final ClientCall<DeltaDiscoveryRequest, DeltaDiscoveryResponse> call;
    private final List<DeltaDiscoveryRequest> first;
    private final Receiver receiver;
    private final End end;
    private boolean opened;
    private boolean over;

    AdsStream(Channel channel, List<DeltaDiscoveryRequest> first, Receiver receiver, End end) {
        this.call = channel.newCall(
                AggregatedDiscoveryServiceGrpc.getDeltaAggregatedResourcesMethod(), CallOptions.DEFAULT);
        this.first = first;
        this.receiver = receiver;
        this.end = end;
    }

    void start() {
        call.start(this, new Metadata());
        first.forEach(call::sendMessage);
        call.request(1);
    }

    void send(DeltaDiscoveryRequest request) {
        call.sendMessage(request);
    }

    @Override
    public void onHeaders(Metadata headers) {
        opened = true;
        receiver.opened(this);
    }

    @Override
    public void onMessage(DeltaDiscoveryResponse response) {
        try {
            receiver.received(this, response);
        } catch (RuntimeException e) {
            // The edge of this thread: what was sent could not be applied, and only a new stream says it again.
            LOG.error("cannot apply a response of {}", response.getTypeUrl(), e);
            call.cancel("cannot apply a response", e);
            finish(Status.INTERNAL.withDescription("cannot apply a response").withCause(e));
            return;
        }
        call.request(1);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        finish(status);
    }

    private void finish(Status status) {
        if (!over) {
            over = true;
            end.ended(status, opened);
        }
    }
}
