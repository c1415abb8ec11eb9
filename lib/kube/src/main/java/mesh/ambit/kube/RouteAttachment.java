package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Whether a route is attached to a gateway, and to which of its listeners: each is asked for its port and name, its host
 * names, who may use it and which kinds of routes it takes, in that order. As the reference reads the Gateway API.
 *
 * @param verdict the best that a listener says
 * @param reason why not; empty for a route that is attached
 * @param listeners that it is attached to, by name
 */
public record RouteAttachment(Verdict verdict, String reason, SortedSet<String> listeners) {
    private static final int TUNNEL_PORT = 15008;
    private static final String GROUP = ApiNames.group(Kind.GATEWAY);

    /** What a listener says, the best first. */
    public enum Verdict {
        ACCEPTED("Accepted"),
        NOT_ALLOWED("NotAllowedByListeners"),
        NO_HOSTNAME("NoMatchingListenerHostname"),
        NO_PARENT("NoMatchingParent");

        private final String word;

        Verdict(String word) {
            this.word = word;
        }

        /** Returns the Gateway API's word for it. */
        public String word() {
            return word;
        }
    }

    /** What one listener says. */
    private record Answer(Verdict verdict, String reason, String listener) {}

    public RouteAttachment {
        requireNonNull(verdict, "verdict");
        requireNonNull(reason, "reason");
        listeners = Collections.unmodifiableSortedSet(new TreeSet<>(listeners));
    }

    /**
     * Returns how {@code route} stands with the gateway between networks that {@code ref} names.
     *
     * @param namespaceLabels of the route's namespace; null if that is not known
     * @return null if it has no listener for routes
     */
    public static @Nullable RouteAttachment of(
            Gateway gateway, Route route, ParentRef ref, @Nullable Map<String, String> namespaceLabels) {
        List<Answer> answers = new ArrayList<>();
        for (Gateway.Listener listener : gateway.listeners()) {
            if (mayHaveRoutes(listener)) {
                answers.add(answer(gateway, listener, route, ref, namespaceLabels));
            }
        }
        Answer best =
                answers.stream().min(Comparator.comparing(Answer::verdict)).orElse(null);
        if (best == null) {
            return null;
        }
        SortedSet<String> attached = new TreeSet<>();
        answers.stream()
                .filter(each -> each.verdict() == Verdict.ACCEPTED)
                .forEach(each -> attached.add(each.listener()));
        return new RouteAttachment(best.verdict(), best.reason(), attached);
    }

    /** The tunnels' own port takes no routes, and neither does a listener that needs TLS settings and has none. */
    private static boolean mayHaveRoutes(Gateway.Listener listener) {
        boolean needsTls =
                listener.protocol().equals("TLS") || listener.protocol().equals("HTTPS");
        return listener.port() != TUNNEL_PORT
                && !(needsTls && listener.tlsMode().isEmpty());
    }

    private static Answer answer(
            Gateway gateway,
            Gateway.Listener listener,
            Route route,
            ParentRef ref,
            @Nullable Map<String, String> namespaceLabels) {
        Integer port = ref.port();
        if (port != null && port != 0 && port != listener.port()) {
            return refused(listener, Verdict.NO_PARENT, "the gateway has no port " + port);
        }
        if (!ref.sectionName().isEmpty() && !ref.sectionName().equals(listener.name())) {
            return refused(listener, Verdict.NO_PARENT, "the gateway has no listener " + ref.sectionName());
        }
        List<String> hosts = route.hostnames().isEmpty() ? List.of("*") : route.hostnames();
        String own = listener.hostname().isEmpty() ? "*" : listener.hostname();
        if (hosts.stream().noneMatch(host -> matches(own, host))) {
            return refused(
                    listener,
                    Verdict.NO_HOSTNAME,
                    "listener " + listener.name() + " is for " + own + ", and no host name of the route is");
        }
        if (!admits(gateway, listener, route.metadata().namespace(), namespaceLabels)) {
            return refused(
                    listener,
                    Verdict.NOT_ALLOWED,
                    "listener " + listener.name() + " takes no routes of namespace "
                            + route.metadata().namespace());
        }
        if (!takes(listener, route.kind())) {
            return refused(
                    listener,
                    Verdict.NOT_ALLOWED,
                    "listener " + listener.name() + " takes no " + route.kind().text());
        }
        return new Answer(Verdict.ACCEPTED, "", listener.name());
    }

    private static Answer refused(Gateway.Listener listener, Verdict verdict, String reason) {
        return new Answer(verdict, reason, listener.name());
    }

    /** Like the reference: who is neither {@code Same} nor has a selector is open to all namespaces. */
    private static boolean admits(
            Gateway gateway,
            Gateway.Listener listener,
            String namespace,
            @Nullable Map<String, String> namespaceLabels) {
        if (listener.allowedFrom().isEmpty() || listener.allowedFrom().equals("Same")) {
            return namespace.equals(gateway.metadata().namespace());
        }
        LabelSelector selector = listener.selector();
        if (listener.allowedFrom().equals("All") || selector == null) {
            return true;
        }
        if (namespaceLabels == null) {
            return false;
        }
        Map<String, String> labels = new HashMap<>(namespaceLabels);
        labels.put("kubernetes.io/metadata.name", namespace);
        return selector.matches(labels);
    }

    private static boolean takes(Gateway.Listener listener, Kind kind) {
        boolean able = switch (listener.protocol()) {
            case "HTTP", "HTTPS" -> kind == Kind.HTTP_ROUTE || kind == Kind.GRPC_ROUTE;
            case "TCP" -> kind == Kind.TCP_ROUTE;
            case "TLS" ->
                kind == Kind.TLS_ROUTE
                        || (kind == Kind.TCP_ROUTE && listener.tlsMode().equals("Terminate"));
            default -> false;
        };
        return able
                && (listener.kinds().isEmpty() || listener.kinds().contains(new Gateway.RouteKind(GROUP, kind.text())));
    }

    /** Returns whether there is a name that both stand for; either may begin with a wildcard. */
    private static boolean matches(String one, String other) {
        if (one.startsWith("*") && other.startsWith("*")) {
            return one.substring(1).endsWith(other.substring(1))
                    || other.substring(1).endsWith(one.substring(1));
        }
        if (one.startsWith("*")) {
            return other.endsWith(one.substring(1));
        }
        return other.startsWith("*") ? one.endsWith(other.substring(1)) : one.equals(other);
    }
}
