package mesh.ambit.istiod.ambient;

import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import mesh.ambit.kube.AuthorizationPolicy.Condition;
import mesh.ambit.kube.AuthorizationPolicy.Operation;
import mesh.ambit.kube.AuthorizationPolicy.Rule;
import mesh.ambit.kube.AuthorizationPolicy.Source;
import mesh.ambit.kube.AuthorizationPolicy.Values;

/** Parts of a rule that speak of requests, or of something else that clients cannot compare on a connection. */
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
            Values trustDomains = source.trustDomains();
            add(
                    names,
                    new Values(endings(trustDomains.any()), endings(trustDomains.none())),
                    "trustDomains with a leading asterisk",
                    "notTrustDomains with a leading asterisk");
        }
        for (Condition condition : rule.when()) {
            if (!CONNECTION_KEYS.contains(condition.key())) {
                names.add(condition.key());
            }
        }
        return names;
    }

    /** Returns the trust domains of which only the end is given: that is somewhere inside of what is compared. */
    private static List<String> endings(List<String> trustDomains) {
        return trustDomains.stream().filter(TrustDomainMatch::isEnding).toList();
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
