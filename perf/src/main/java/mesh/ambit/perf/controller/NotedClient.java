package mesh.ambit.perf.controller;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.WireFormat;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mesh.ambit.protocol.discovery.AggregatedDiscoveryServiceGrpc;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import mesh.ambit.protocol.discovery.DeltaDiscoveryResponse;
import mesh.ambit.protocol.discovery.Node;
import mesh.ambit.protocol.discovery.Resource;
import org.jspecify.annotations.Nullable;

/** A wildcard client that looks at no more of a response than it must, acknowledges it and notes the names in it. */
final class NotedClient implements ClientResponseObserver<DeltaDiscoveryRequest, NotedClient.Glance> {
    static final String ADDRESS = "type.googleapis.com/istio.workload.Address";
    static final String AUTHORIZATION = "type.googleapis.com/istio.security.Authorization";

    /** Larger ones are a whole mesh. */
    private static final int LARGE_BYTES = 64 * 1024;

    private static final Node NODE = Node.newBuilder()
            .setId("ztunnel~10.9.0.1~ztunnel-0.istio-system~istio-system.svc.cluster.local")
            .setMetadata(Struct.newBuilder()
                    .putFields(
                            "NODE_NAME",
                            Value.newBuilder().setStringValue("node-0").build()))
            .build();

    private final Listener listener;
    private @Nullable ClientCallStreamObserver<DeltaDiscoveryRequest> requests;

    /** What a client hears, on whatever thread it came. */
    interface Listener {
        void received(Glance response, long nowNanos);

        void ended(Throwable reason);
    }

    /**
     * What was seen of a response.
     *
     * @param versions name to version of its resources; empty where nobody wants those of a whole mesh
     * @param bytes its length
     */
    record Glance(String type, String nonce, Map<String, String> versions, List<String> removed, int bytes) {}

    private NotedClient(Listener listener) {
        this.listener = listener;
    }

    /** Returns the first request of a client that holds {@code versions}, name to version; the same for many clients. */
    static DeltaDiscoveryRequest holding(Map<String, String> versions) {
        return DeltaDiscoveryRequest.newBuilder()
                .setNode(NODE)
                .setTypeUrl(ADDRESS)
                .putAllInitialResourceVersions(versions)
                .build();
    }

    /**
     * Opens a stream.
     *
     * @param first its first request
     * @param keepsNames whether the listener gets the names of what comes first, which may be the whole mesh
     */
    static void open(ManagedChannel channel, DeltaDiscoveryRequest first, boolean keepsNames, Listener listener) {
        NotedClient client = new NotedClient(listener);
        MethodDescriptor<DeltaDiscoveryRequest, DeltaDiscoveryResponse> generated =
                AggregatedDiscoveryServiceGrpc.getDeltaAggregatedResourcesMethod();
        var method = generated.toBuilder(generated.getRequestMarshaller(), new GlanceMarshaller(keepsNames))
                .setSchemaDescriptor(null)
                .build();
        var call = ClientCalls.asyncBidiStreamingCall(
                channel.newCall(method, CallOptions.DEFAULT.withMaxInboundMessageSize(200 << 20)), client);
        call.onNext(first);
        call.onNext(DeltaDiscoveryRequest.newBuilder()
                .setNode(NODE)
                .setTypeUrl(AUTHORIZATION)
                .build());
        client.hear(1);
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<DeltaDiscoveryRequest> stream) {
        // A call takes requests from one thread at a time: until the opening thread has sent its own, nothing may come
        // that another thread would acknowledge.
        stream.disableAutoRequestWithInitial(0);
        requests = stream;
    }

    private void hear(int responses) {
        ClientCallStreamObserver<DeltaDiscoveryRequest> stream = requests;
        if (stream != null) {
            stream.request(responses);
        }
    }

    @Override
    public void onNext(Glance response) {
        long now = System.nanoTime();
        ClientCallStreamObserver<DeltaDiscoveryRequest> stream = requests;
        if (stream != null) {
            stream.onNext(DeltaDiscoveryRequest.newBuilder()
                    .setTypeUrl(response.type)
                    .setResponseNonce(response.nonce)
                    .build());
        }
        listener.received(response, now);
        hear(1);
    }

    @Override
    public void onError(Throwable t) {
        listener.ended(t);
    }

    @Override
    public void onCompleted() {
        listener.ended(new IllegalStateException("completed"));
    }

    /** Reads names and versions only. */
    private static final class GlanceMarshaller implements MethodDescriptor.Marshaller<Glance> {
        private final boolean keepsNames;

        GlanceMarshaller(boolean keepsNames) {
            this.keepsNames = keepsNames;
        }

        @Override
        public InputStream stream(Glance value) {
            throw new UnsupportedOperationException("a client receives responses only");
        }

        @Override
        public Glance parse(InputStream stream) {
            try {
                return read(stream.available(), CodedInputStream.newInstance(stream));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private Glance read(int bytes, CodedInputStream in) throws IOException {
            boolean keeps = keepsNames || bytes < LARGE_BYTES;
            in.setSizeLimit(Integer.MAX_VALUE);
            String type = "";
            String nonce = "";
            Map<String, String> versions = new HashMap<>();
            List<String> removed = new ArrayList<>();
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                switch (WireFormat.getTagFieldNumber(tag)) {
                    case DeltaDiscoveryResponse.TYPE_URL_FIELD_NUMBER -> type = in.readString();
                    case DeltaDiscoveryResponse.NONCE_FIELD_NUMBER -> nonce = in.readString();
                    case DeltaDiscoveryResponse.REMOVED_RESOURCES_FIELD_NUMBER -> removed.add(in.readString());
                    case DeltaDiscoveryResponse.RESOURCES_FIELD_NUMBER -> {
                        if (keeps) {
                            resource(in, versions);
                        } else {
                            in.skipField(tag);
                        }
                    }
                    default -> in.skipField(tag);
                }
            }
            return new Glance(type, nonce, versions, removed, bytes);
        }

        private static void resource(CodedInputStream in, Map<String, String> versions) throws IOException {
            int limit = in.pushLimit(in.readRawVarint32());
            String name = "";
            String version = "";
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                switch (WireFormat.getTagFieldNumber(tag)) {
                    case Resource.NAME_FIELD_NUMBER -> name = in.readString();
                    case Resource.VERSION_FIELD_NUMBER -> version = in.readString();
                    default -> in.skipField(tag);
                }
            }
            in.popLimit(limit);
            versions.put(name, version);
        }
    }
}
