package mesh.ambit.istiod.issuer;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Iterator;
import java.util.Locale;
import java.util.function.Supplier;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import mesh.ambit.istiod.issuer.Authentication.Accepted;
import mesh.ambit.istiod.issuer.Authentication.Refused;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets only proven callers through, to every service of the port: by client certificate, else by bearer token.
 *
 * <p>The caller learns that it was refused, our log learns why.
 */
public final class CallerInterceptor implements ServerInterceptor {
    private static final Logger LOG = LoggerFactory.getLogger(CallerInterceptor.class);
    private static final Context.Key<CallerIdentity> CALLER = Context.key("caller");
    private static final Context.Key<String> PEER = Context.key("peer");
    private static final Context.Key<String> CLUSTER = Context.key("cluster");
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> CLUSTER_ID =
            Metadata.Key.of("clusterid", Metadata.ASCII_STRING_MARSHALLER);
    private static final String BEARER = "bearer ";

    private final Authenticator tokens;
    private final Supplier<String> trustDomain;
    private final Runnable onFailure;

    /**
     * Creates one.
     *
     * @param tokens judges bearer tokens
     * @param trustDomain the one that client certificates must be of
     * @param onFailure called for each refused call, for counting
     */
    public CallerInterceptor(Authenticator tokens, Supplier<String> trustDomain, Runnable onFailure) {
        this.tokens = tokens;
        this.trustDomain = trustDomain;
        this.onFailure = onFailure;
    }

    /** Returns who makes the call that the current thread serves. */
    public static CallerIdentity caller() {
        CallerIdentity caller = CALLER.get();
        if (caller == null) {
            throw new IllegalStateException("a call without caller: the service is not behind the interceptor");
        }
        return caller;
    }

    /** Returns the address that the call comes from, for logs. */
    static String peer() {
        String peer = PEER.get();
        return peer == null ? "" : peer;
    }

    /** Returns the cluster that the caller says it is in; empty if it does not say. */
    static String cluster() {
        String cluster = CLUSTER.get();
        return cluster == null ? "" : cluster;
    }

    /** Who names two clusters has named none, as in the reference. */
    private static String cluster(Metadata headers) {
        Iterable<String> named = headers.getAll(CLUSTER_ID);
        if (named == null) {
            return "";
        }
        Iterator<String> names = named.iterator();
        String first = names.next();
        return names.hasNext() ? "" : first;
    }

    @Override
    public <A, B> ServerCall.Listener<A> interceptCall(
            ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
        String cluster = cluster(headers);
        return switch (authenticate(call, headers, cluster)) {
            case Accepted(CallerIdentity caller) ->
                Contexts.interceptCall(
                        Context.current()
                                .withValues(
                                        CALLER,
                                        caller,
                                        CLUSTER,
                                        cluster,
                                        PEER,
                                        String.valueOf(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR))),
                        call,
                        headers,
                        next);
            case Refused(String reason) -> {
                LOG.warn(
                        "{}: refused a call of {}: {}",
                        call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR),
                        call.getMethodDescriptor().getFullMethodName(),
                        reason);
                onFailure.run();
                call.close(Status.UNAUTHENTICATED.withDescription("authentication failure"), new Metadata());
                yield new ServerCall.Listener<>() {};
            }
        };
    }

    private Authentication authenticate(ServerCall<?, ?> call, Metadata headers, String cluster) {
        X509Certificate certificate = clientCertificate(call);
        if (certificate != null
                && ClientCertificates.identity(certificate, trustDomain.get()) instanceof Accepted accepted) {
            return accepted;
        }
        String authorization = headers.get(AUTHORIZATION);
        if (authorization == null) {
            return new Refused("neither a client certificate of ours nor a bearer token");
        }
        if (!authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
            return new Refused("authorization header of another kind (expected: Bearer)");
        }
        return tokens.authenticate(authorization.substring(BEARER.length()).strip(), cluster);
    }

    /** Returns the verified leaf, or null for a caller without certificate. */
    private static @Nullable X509Certificate clientCertificate(ServerCall<?, ?> call) {
        SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        if (session == null) {
            return null;
        }
        try {
            Certificate[] chain = session.getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate leaf ? leaf : null;
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }
}
