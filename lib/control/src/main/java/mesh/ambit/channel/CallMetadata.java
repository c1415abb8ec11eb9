package mesh.ambit.channel;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.IOException;

/** Adds token, cluster and further headers to every call; the token is read anew each time. */
final class CallMetadata implements ClientInterceptor {
    private static final Metadata.Key<String> AUTHORIZATION = key("authorization");
    private static final Metadata.Key<String> CLUSTER_ID = key("clusterid");

    private final ControlPlane controlPlane;

    CallMetadata(ControlPlane controlPlane) {
        this.controlPlane = controlPlane;
    }

    @Override
    public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
        return new ForwardingClientCall.SimpleForwardingClientCall<>(next.newCall(method, options)) {
            @Override
            public void start(Listener<R> listener, Metadata headers) {
                try {
                    add(headers);
                } catch (IOException e) {
                    // Thrown, not reported through the listener: nothing was asked of the control plane.
                    throw Status.INTERNAL
                            .withDescription("cannot read the token: " + e.getMessage())
                            .withCause(e)
                            .asRuntimeException();
                }
                super.start(listener, headers);
            }
        };
    }

    private void add(Metadata headers) throws IOException {
        if (controlPlane.token() != null) {
            headers.put(AUTHORIZATION, "Bearer " + controlPlane.token().read());
            headers.put(CLUSTER_ID, controlPlane.clusterId());
        }
        controlPlane.headers().forEach((name, value) -> headers.put(key(name), value));
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }
}
