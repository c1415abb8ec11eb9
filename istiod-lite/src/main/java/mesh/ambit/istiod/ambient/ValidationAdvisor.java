package mesh.ambit.istiod.ambient;

import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import mesh.ambit.istiod.ambient.Advice.Code;
import mesh.ambit.kube.AuthorizationPolicy;
import mesh.ambit.kube.AuthorizationPolicy.Action;
import mesh.ambit.kube.AuthorizationPolicy.Rule;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.PeerAuthentication;
import mesh.ambit.kube.RequestAuthentication;
import mesh.ambit.kube.ServiceEntry;
import mesh.ambit.kube.ServiceEntry.Resolution;
import mesh.ambit.kube.Telemetry;
import mesh.ambit.kube.WorkloadEntry;
import mesh.ambit.kube.WorkloadEntry.Endpoint;
import mesh.ambit.kube.WorkloadSelector;
import org.jspecify.annotations.Nullable;

/** What upstream's webhook lets through with a warning, as far as nothing else of an advisor says it. */
final class ValidationAdvisor {
    /** Protocols of connections, for which only an address tells a host. */
    private static final Set<String> CONNECTIONS = Set.of("tcp", "https", "tls", "mongo", "redis", "mysql");

    private final Consumer<Advice> advice;

    ValidationAdvisor(Consumer<Advice> advice) {
        this.advice = advice;
    }

    void look(KubeObject object) {
        switch (object) {
            case ServiceEntry entry -> entry(entry);
            case WorkloadEntry entry -> endpoint(entry, entry.endpoint(), "spec.address");
            case PeerAuthentication authentication -> selector(authentication, authentication.selector());
            case RequestAuthentication authentication -> selector(authentication, authentication.selector());
            case Telemetry telemetry -> selector(telemetry, telemetry.selector());
            default -> {}
        }
    }

    private void entry(ServiceEntry entry) {
        WorkloadSelector selector = entry.workloadSelector();
        if (selector != null && selector.matchLabels().isEmpty()) {
            add(
                    Code.EMPTY_SELECTOR,
                    entry,
                    "spec.workloadSelector",
                    "a selector without labels names no workload in particular",
                    "write labels, or remove it");
        }
        if (selector != null && entry.resolution() == Resolution.NONE) {
            add(
                    Code.WITHOUT_EFFECT,
                    entry,
                    "spec.workloadSelector",
                    "with resolution NONE whoever is called is called, whatever a selector finds",
                    "use resolution STATIC, or remove it");
        }
        for (int i = 0; i < entry.hosts().size(); i++) {
            String host = entry.hosts().get(i);
            if (entry.resolution() != Resolution.DYNAMIC_DNS && isPartial(host)) {
                add(
                        Code.PARTIAL_WILDCARD,
                        entry,
                        "spec.hosts[" + i + "]",
                        "\"" + host + "\" has an asterisk for a part of a name, which not every proxy understands",
                        "use one for a whole name, such as *.example.com, or resolution DYNAMIC_DNS");
            }
        }
        ports(entry);
        for (int i = 0; i < entry.endpoints().size(); i++) {
            endpoint(entry, entry.endpoints().get(i), "spec.endpoints[" + i + "].address");
        }
    }

    private static boolean isPartial(String host) {
        return host.contains("*") && host.length() > 1 && !host.startsWith("*.");
    }

    private void ports(ServiceEntry entry) {
        boolean given = !entry.addresses().isEmpty();
        boolean assigned = entry.resolution() != Resolution.NONE
                && !entry.metadata()
                        .labels()
                        .getOrDefault(Labels.AUTO_ALLOCATE, "")
                        .equalsIgnoreCase("false");
        for (int i = 0; i < entry.ports().size(); i++) {
            String protocol = entry.ports().get(i).protocol();
            String field = "spec.ports[" + i + "]";
            if (!given && !assigned && (protocol.isEmpty() || protocol.equals("TCP"))) {
                add(
                        Code.ADDRESS_MISSING,
                        entry,
                        field,
                        "connections are told by their address, and the entry has none and gets none",
                        "write addresses, or let one be assigned");
            }
            if (given
                    && entry.resolution().isDns()
                    && entry.hosts().size() > 1
                    && CONNECTIONS.contains(protocol.toLowerCase(Locale.ROOT))) {
                add(
                        Code.HOSTS_ALIKE,
                        entry,
                        field,
                        "several hosts have the same address, so connections to one go to another",
                        "use one entry for each host");
                break;
            }
        }
    }

    private void endpoint(KubeObject object, Endpoint endpoint, String field) {
        if (endpoint.address().isEmpty()) {
            add(
                    Code.ADDRESS_MISSING,
                    object,
                    field,
                    "the endpoint is found by its network \"" + endpoint.network() + "\" only",
                    "write its address, unless a gateway of that network leads to it");
        }
    }

    /**
     * Looks at a DENY policy: what has no requests has no such parts either, and is refused.
     *
     * @param said whether it is said already that it is enforced otherwise than written
     */
    void denied(AuthorizationPolicy policy, boolean said) {
        if (policy.action() != Action.DENY || said) {
            return;
        }
        for (int i = 0; i < policy.rules().size(); i++) {
            if (speaksOfRequestsOnly(policy.rules().get(i))) {
                add(
                        Code.REFUSES_TCP,
                        policy,
                        "spec.rules[" + i + "]",
                        "speaks of requests only, so every connection to ports without requests is refused",
                        "name the ports that it is for");
            }
        }
    }

    private static boolean speaksOfRequestsOnly(Rule rule) {
        if (!rule.to().isEmpty()) {
            return rule.to().stream().allMatch(operation -> operation.ports().isEmpty());
        }
        return !rule.from().isEmpty()
                && rule.from().stream()
                        .allMatch(source -> source.principals().isEmpty()
                                && source.ipBlocks().isEmpty()
                                && source.namespaces().isEmpty()
                                && source.remoteIpBlocks().isEmpty()
                                && source.serviceAccounts().isEmpty());
    }

    private void selector(KubeObject object, @Nullable WorkloadSelector selector) {
        if (selector != null && selector.matchLabels().isEmpty()) {
            add(
                    Code.EMPTY_SELECTOR,
                    object,
                    "spec.selector",
                    "a selector without labels is as none",
                    "remove it, or write labels");
        }
    }

    private void add(Code code, KubeObject object, String field, String reason, String remedy) {
        advice.accept(new Advice(code, object.key(), field, reason, remedy));
    }
}
