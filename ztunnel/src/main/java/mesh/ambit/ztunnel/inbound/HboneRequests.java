package mesh.ambit.ztunnel.inbound;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import mesh.ambit.hbone.ConnectExchange;
import mesh.ambit.hbone.ConnectHandler;
import mesh.ambit.hbone.ConnectRequest;
import mesh.ambit.hbone.HeaderFields;
import mesh.ambit.hbone.ProxyHeader;
import mesh.ambit.hbone.TunnelFailure;
import mesh.ambit.headers.Baggage;
import mesh.ambit.headers.Forwarded;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.model.Addresses;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.Service;
import mesh.ambit.model.Workload;
import mesh.ambit.policy.Connection;
import mesh.ambit.telemetry.ConnectionDetails;
import mesh.ambit.telemetry.Direction;
import mesh.ambit.telemetry.ServiceLabels;
import mesh.ambit.telemetry.WorkloadLabels;
import mesh.ambit.ztunnel.inbound.InboundTarget.Application;
import mesh.ambit.ztunnel.inbound.InboundTarget.Reason;
import mesh.ambit.ztunnel.inbound.InboundTarget.Refused;
import mesh.ambit.ztunnel.inpod.MeshLookup;
import mesh.ambit.ztunnel.inpod.WorkloadBaggage;
import mesh.ambit.ztunnel.limits.ConnectionLimits;
import org.jspecify.annotations.Nullable;

/** Serves what comes through the tunnels to one pod. */
public final class HboneRequests implements ConnectHandler {
    private static final String METHOD = "CONNECT";
    /** What a request is answered that a limit refuses: the client cannot tell it from an application that is away. */
    private static final int OVERLOADED_STATUS = 503;

    private final InboundContext context;
    private final Supplier<HeaderFields> answer = this::answer;

    /** Makes one; {@code context} says whose requests they are. */
    public HboneRequests(InboundContext context) {
        this.context = context;
    }

    @Override
    public void onConnect(ConnectExchange exchange) {
        ConnectRequest request = exchange.request();
        InetSocketAddress source = Addresses.canonical(request.peerAddress());
        InetSocketAddress accepted = Addresses.canonical(request.localAddress());
        SpiffeId peer = request.peer();
        if (context.connections()
                .refuses(
                        Direction.INBOUND,
                        peer == null ? null : ConnectionLimits.Owner.of(Direction.INBOUND, peer),
                        text -> context.telemetry().deniedEarly(Direction.INBOUND, source, accepted, text))) {
            exchange.refuse(OVERLOADED_STATUS);
            return;
        }
        Caller.Stream caller = new Caller.Stream(exchange, peer, answer);
        InboundConnection connection = new InboundConnection(context, exchange.eventLoop(), caller, source, accepted);
        exchange.whenAbandoned(connection::abandoned);
        if (connection.isOver()) {
            return;
        }
        if (!request.method().equals(METHOD)) {
            connection.refuse(Reason.METHOD.status(), "expected method CONNECT, got " + request.method());
            return;
        }
        Authority authority = Authority.parse(request.authority());
        if (authority == null) {
            connection.refuse(Reason.AUTHORITY.status(), "no valid authority pseudo header: " + request.authority());
            return;
        }
        connection.withWorkload(lookups(request, source, accepted, authority), local -> {
            MeshSnapshot mesh = context.mesh().current();
            InetAddress own = accepted.getAddress();
            switch (context.router().target(mesh, local, own, authority)) {
                case Refused refused -> connection.refuse(refused.reason().status(), refused.text());
                case Application application ->
                    connection.serve(local, plan(mesh, local, request, source, accepted, authority, application));
            }
        });
    }

    @Override
    public void onHandshakeFailed(InetSocketAddress peer, InetSocketAddress local, TunnelFailure failure) {
        context.telemetry()
                .deniedEarly(Direction.INBOUND, Addresses.canonical(peer), Addresses.canonical(local), failure.text());
    }

    private InboundConnection.Plan plan(
            MeshSnapshot mesh,
            Workload local,
            ConnectRequest request,
            InetSocketAddress source,
            InetSocketAddress accepted,
            Authority authority,
            Application application) {
        InetSocketAddress target = application.address();
        String forwarded = request.headers().first(Forwarded.NAME);
        String hint = forwarded == null ? null : Forwarded.parseHost(forwarded);
        Service service = application.named() == null
                ? ServiceGuess.of(mesh, local, hint, target.getPort())
                : ServiceGuess.ofNamed(application.named(), local, hint, target.getPort());
        ConnectionDetails details = new ConnectionDetails(
                Direction.INBOUND,
                source,
                accepted,
                authority.toString(),
                sourceLabels(mesh, request.headers(), source.getAddress()),
                WorkloadLabels.of(local),
                service == null ? null : ServiceLabels.of(service),
                request.peer(),
                local.identity(),
                true);
        ProxyHeader header = application.announced() == null
                ? null
                : new ProxyHeader(source, application.announced(), request.peer());
        return new InboundConnection.Plan(
                details,
                new Connection(source.getAddress(), request.peer(), target),
                application.overLoopback(),
                header,
                hint);
    }

    /** What the decision looks for: a foreign address that is asked for, and the source unless a gateway stands between. */
    private List<MeshLookup.Step> lookups(
            ConnectRequest request, InetSocketAddress source, InetSocketAddress accepted, Authority authority) {
        if (context.mesh().demand() == null) {
            return List.of();
        }
        List<MeshLookup.Step> steps = new ArrayList<>();
        if (authority instanceof Authority.Ip(InetSocketAddress asked)
                && !asked.getAddress().equals(accepted.getAddress())) {
            steps.add(MeshLookup.unlessTunnelled(new NetworkAddress(context.network(), asked.getAddress())));
        }
        if (isDirect(request.headers())) {
            steps.add(MeshLookup.workload(new NetworkAddress(context.network(), source.getAddress())));
        }
        return steps;
    }

    /** The record at the source's address says more than baggage, unless a gateway stands between. */
    private @Nullable WorkloadLabels sourceLabels(MeshSnapshot mesh, HeaderFields headers, InetAddress source) {
        Workload workload = isDirect(headers) ? mesh.findWorkload(new NetworkAddress(context.network(), source)) : null;
        if (workload != null) {
            return WorkloadLabels.of(workload);
        }
        Baggage baggage = context.baggage() ? Baggage.parse(headers.all(Baggage.NAME)) : Baggage.EMPTY;
        return baggage.isEmpty() ? null : WorkloadBaggage.labels(baggage);
    }

    /** Says whether a request comes from our own network, and so from the address that its tunnel comes from. */
    private boolean isDirect(HeaderFields headers) {
        String from = headers.first(Forwarded.NETWORK);
        return from == null || from.equalsIgnoreCase(context.network());
    }

    private HeaderFields answer() {
        Workload local = context.pod().current();
        return !context.baggage() || local == null
                ? HeaderFields.NONE
                : HeaderFields.of(Baggage.NAME, WorkloadBaggage.of(local).print());
    }
}
