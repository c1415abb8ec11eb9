package mesh.ambit.istiod.proxyless;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import mesh.ambit.kube.PeerAuthentication;
import mesh.ambit.kube.PeerAuthentication.Mode;
import mesh.ambit.kube.WorkloadSelector;
import mesh.ambit.model.Workload;
import mesh.ambit.policy.Authorizer;
import mesh.ambit.policy.Connection;
import mesh.ambit.policy.Policy;
import mesh.ambit.policy.PolicySet;
import mesh.ambit.policy.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * Whether a server insists on mutual TLS.
 *
 * <p>It does where the workload's node proxy would refuse a plain connection for the sake of a PeerAuthentication: one
 * meaning, whoever enforces it. A server cannot take both; where both are allowed it takes plain connections, unless its
 * label says that clients come with certificates.
 */
final class MutualTls {
    private static final String TLS_MODE = "security.istio.io/tlsMode";
    private static final String STATIC_STRICT = "istio_converted_static_strict";
    private static final String CONVERTED = "converted_peer_authentication_";
    private static final InetAddress ANYWHERE = InetAddress.ofLiteral("0.0.0.0");

    private MutualTls() {}

    static boolean required(ProxylessMesh mesh, Workload server, Map<String, String> labels, int port) {
        return isStrict(mesh.policies(), server, port)
                || ("istio".equals(labels.get(TLS_MODE))
                        && mode(mesh.rules(), server.namespace(), labels, port) != Mode.DISABLE);
    }

    private static boolean isStrict(PolicySet policies, Workload server, int port) {
        List<Policy> converted = new ArrayList<>();
        List<String> keys = new ArrayList<>();
        for (String key : server.authorizationPolicies()) {
            String name = key.substring(key.indexOf('/') + 1);
            if (name.equals(STATIC_STRICT) || name.startsWith(CONVERTED)) {
                Policy policy = policies.find(key);
                if (policy == null) {
                    return true;
                }
                converted.add(policy);
                keys.add(key);
            }
        }
        Workload listing = server.toBuilder().authorizationPolicies(keys).build();
        Connection plain = new Connection(ANYWHERE, null, new InetSocketAddress(ANYWHERE, port));
        return Authorizer.authorize(PolicySet.EMPTY.apply(converted, List.of()), listing, plain)
                instanceof Verdict.Denied;
    }

    /** Returns the mode as it is written, the most specific one that is. */
    static Mode mode(Rules rules, String namespace, Map<String, String> labels, int port) {
        String root = rules.rootNamespace();
        PeerAuthentication own = namespace.equals(root)
                ? null
                : oldest(rules, namespace, policy -> {
                    WorkloadSelector selector = policy.selector();
                    return selector != null
                            && !selector.matchLabels().isEmpty()
                            && labels.entrySet()
                                    .containsAll(selector.matchLabels().entrySet());
                });
        if (own != null) {
            Mode ofPort = own.portLevelMtls().getOrDefault(port, Mode.UNSET);
            if (ofPort != Mode.UNSET) {
                return ofPort;
            }
            if (own.mode() != Mode.UNSET) {
                return own.mode();
            }
        }
        for (String place : List.of(namespace, root)) {
            PeerAuthentication general = oldest(
                    rules,
                    place,
                    policy -> policy.selector() == null
                            || policy.selector().matchLabels().isEmpty());
            if (general != null && general.mode() != Mode.UNSET) {
                return general.mode();
            }
        }
        return Mode.PERMISSIVE;
    }

    private static @Nullable PeerAuthentication oldest(
            Rules rules, String namespace, Predicate<PeerAuthentication> condition) {
        for (PeerAuthentication policy : rules.peers()) {
            if (policy.metadata().namespace().equals(namespace) && condition.test(policy)) {
                return policy;
            }
        }
        return null;
    }
}
