package mesh.ambit.ca;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLHandshakeException;
import mesh.ambit.channel.ControlPlane;
import mesh.ambit.channel.ControlPlaneChannels;
import mesh.ambit.channel.Statuses;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.protocol.ca.IstioCertificateRequest;
import mesh.ambit.protocol.ca.IstioCertificateResponse;
import mesh.ambit.protocol.ca.IstioCertificateServiceGrpc;
import mesh.ambit.tls.Svid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the mesh's CA for certificates on behalf of the pods of a node.
 *
 * <p>There is no deadline for a request; a dead connection is noticed by its pings. When the file of roots has changed, the
 * next request goes over a new connection. Keys are made on virtual threads. Thread-safe.
 */
public final class CaClient implements CertificateAuthority, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CaClient.class);

    private final ControlPlane ca;
    private final ControlPlaneChannels channels;
    private final Duration lifetime;
    private final boolean onBehalf;
    private final ExecutorService workers = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("ambit-ca-", 0).factory());

    /** What the connection was opened with. */
    private record Connection(ManagedChannel channel, List<X509Certificate> roots) {}

    // Both with the monitor of the workers.
    private @Nullable Connection connection;

    private boolean closed;

    /**
     * Creates a client that connects with the first request.
     *
     * @param channels not closed by this class
     * @param lifetime what certificates are asked for; the CA decides
     */
    public CaClient(ControlPlane ca, ControlPlaneChannels channels, Duration lifetime) {
        this(ca, channels, lifetime, true);
    }

    /**
     * Creates a client that connects with the first request.
     *
     * @param channels not closed by this class
     * @param lifetime what certificates are asked for; the CA decides
     * @param onBehalf whether requests name the identity they are for, and answers must carry it; without it the CA signs for
     *     whom the token is, and that is who we are
     */
    public CaClient(ControlPlane ca, ControlPlaneChannels channels, Duration lifetime, boolean onBehalf) {
        this.onBehalf = onBehalf;
        this.ca = requireNonNull(ca, "ca");
        this.channels = requireNonNull(channels, "channels");
        this.lifetime = requireNonNull(lifetime, "lifetime");
    }

    @Override
    public CompletionStage<Svid> sign(SpiffeId identity) {
        CompletableFuture<Svid> result = new CompletableFuture<>();
        workers.execute(() -> {
            try {
                ask(identity, result);
            } catch (IOException e) {
                result.completeExceptionally(new SigningException("cannot connect to the CA: " + e.getMessage(), e));
            } catch (StatusRuntimeException e) {
                result.completeExceptionally(failure(e.getStatus()));
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    @Override
    public List<X509Certificate> roots() {
        try {
            return ca.roots().load();
        } catch (IOException e) {
            LOG.debug("cannot read the CA's roots now", e);
            return List.of();
        }
    }

    /** Closes the connection; requests under way fail. */
    @Override
    public void close() {
        synchronized (workers) {
            closed = true;
            if (connection != null) {
                connection.channel().shutdownNow();
                connection = null;
            }
        }
        workers.shutdown();
    }

    private void ask(SpiffeId identity, CompletableFuture<Svid> result) throws IOException {
        SigningRequest request = SigningRequest.of(identity);
        IstioCertificateRequest.Builder message =
                IstioCertificateRequest.newBuilder().setCsr(request.pem()).setValidityDuration(lifetime.toSeconds());
        if (onBehalf) {
            Value impersonated =
                    Value.newBuilder().setStringValue(identity.toString()).build();
            message.setMetadata(Struct.newBuilder().putFields("ImpersonatedIdentity", impersonated));
        }
        IstioCertificateServiceGrpc.newStub(channel()).createCertificate(message.build(), new StreamObserver<>() {
            @Override
            public void onNext(IstioCertificateResponse response) {
                try {
                    result.complete(SignedChain.parse(identity, onBehalf, request.key(), response.getCertChainList()));
                } catch (SigningException e) {
                    result.completeExceptionally(e);
                }
            }

            @Override
            public void onError(Throwable error) {
                result.completeExceptionally(failure(Status.fromThrowable(error)));
            }

            @Override
            public void onCompleted() {
                // Without a response this would otherwise never end; after one it does nothing.
                result.completeExceptionally(new SigningException("the CA sent no reply for " + identity));
            }
        });
    }

    private SigningException failure(Status status) {
        Throwable cause = status.getCause();
        if (cause == null) {
            // The CA's own words, whole: what it says may need more than one line.
            return new SigningException(text(status.getCode(), requireNonNullElse(status.getDescription(), "")));
        }
        if (status.getCode() == Status.Code.UNAVAILABLE && isFromConnecting(cause)) {
            // What operators search for is the reference's text, which is the same for every reason.
            LOG.warn("cannot connect to the CA at {}: {}", ca.address(), Statuses.describe(status));
            return new SigningException(text(Status.Code.UNKNOWN, "client error (Connect)"), cause);
        }
        return new SigningException(text(status.getCode(), Statuses.describe(status)), cause);
    }

    private static String text(Status.Code code, String message) {
        return "signing gRPC error (" + CodeText.of(code) + "): " + message;
    }

    /** Says whether there never was a connection: an address, a port or a certificate in the way. */
    private static boolean isFromConnecting(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < 10; depth++) {
            if (cause instanceof ConnectException
                    || cause instanceof NoRouteToHostException
                    || cause instanceof UnknownHostException
                    || cause instanceof SSLHandshakeException) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    /** Returns the connection, a new one when the roots have changed; one that works is kept when a new one cannot be made. */
    private ManagedChannel channel() throws IOException {
        synchronized (workers) {
            if (closed) {
                // A request that was still being made: nobody would ever close what it opens.
                throw new IOException("shutting down");
            }
            Connection now = connection;
            try {
                List<X509Certificate> roots = ca.roots().load();
                if (now != null && now.roots().equals(roots)) {
                    return now.channel();
                }
                Executor callbacks = workers;
                Connection next = new Connection(channels.open(ca, roots, callbacks), roots);
                if (now != null) {
                    LOG.info("the CA's roots have changed; connecting anew");
                    // Lets requests under way end.
                    now.channel().shutdown();
                }
                connection = next;
                return next.channel();
            } catch (IOException e) {
                if (now == null) {
                    throw e;
                }
                LOG.warn("cannot read the CA's roots, keeping those from before: {}", e.getMessage(), e);
                return now.channel();
            }
        }
    }
}
