package mesh.ambit.istiod.ambient;

import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import mesh.ambit.kube.AuthorizationPolicy.Condition;
import mesh.ambit.kube.AuthorizationPolicy.Operation;
import mesh.ambit.kube.AuthorizationPolicy.Rule;
import mesh.ambit.kube.AuthorizationPolicy.Source;
import mesh.ambit.kube.AuthorizationPolicy.Values;

/** Parts of a rule that speak of requests, which nobody sees on a connection. */
final class RequestParts {
    static final String SOURCE_IP = "source.ip";
    static final String SOURCE_NAMESPACE = "source.namespace";
    static final String SOURCE_PRINCIPAL = "source.principal";
    static final String DESTINATION_IP = "destination.ip";
    static final String DESTINATION_PORT = "destination.port";

    private static final Set<String> CONNECTION_KEYS =
            Set.of(SOURCE_IP, SOURCE_NAMESPACE, SOURCE_PRINCIPAL, DESTINATION_IP, DESTINATION_PORT);

    private RequestParts() {}

    /** Returns the names of such parts of a rule, sorted. */
    static SortedSet<String> in(Rule rule) {
        SortedSet<String> names = new TreeSet<>();
        for (Operation operation : rule.to()) {
            add(names, operation.hosts(), "hosts", "notHosts");
            add(names, operation.methods(), "methods", "notMethods");
            add(names, operation.paths(), "paths", "notPaths");
        }
        for (Source source : rule.from()) {
            add(names, source.remoteIpBlocks(), "remoteIpBlocks", "notRemoteIpBlocks");
            add(names, source.requestPrincipals(), "requestPrincipals", "notRequestPrincipals");
        }
        for (Condition condition : rule.when()) {
            if (!CONNECTION_KEYS.contains(condition.key())) {
                names.add(condition.key());
            }
        }
        return names;
    }

    private static void add(SortedSet<String> names, Values values, String any, String none) {
        if (!values.any().isEmpty()) {
            names.add(any);
        }
        if (!values.none().isEmpty()) {
            names.add(none);
        }
    }
}
