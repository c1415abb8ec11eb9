package mesh.ambit.istiod.proxyless;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.StringMatch;
import mesh.ambit.kube.VirtualService;
import mesh.ambit.kube.VirtualService.ClientMatch;
import mesh.ambit.kube.VirtualService.Delegate;
import mesh.ambit.kube.VirtualService.Destination;
import mesh.ambit.kube.VirtualService.HeaderOperations;
import mesh.ambit.kube.VirtualService.HttpMatch;
import mesh.ambit.kube.VirtualService.HttpRule;
import mesh.ambit.kube.VirtualService.WeightedDestination;
import org.jspecify.annotations.Nullable;

/**
 * Puts rules of VirtualServices without hosts in the place of rules that leave it to them where requests go. What a rule
 * is about it stays about: of the delegate's rules those count that ask for no other requests than it does. Pure.
 *
 * <p>A rule of which nothing is taken from its delegate is left as it is, for whoever reads it to say so.
 */
final class Delegates {
    private final String domainSuffix;
    private final Map<ObjectKey, VirtualService> delegates = new HashMap<>();

    /** Takes those of {@code all} that others may delegate to. */
    Delegates(List<VirtualService> all, String domainSuffix) {
        this.domainSuffix = domainSuffix;
        for (VirtualService each : all) {
            if (each.hosts().isEmpty()) {
                delegates.put(each.key(), each);
            }
        }
    }

    /** Returns the same with the rules of its delegates in place. */
    VirtualService resolved(VirtualService root) {
        if (root.http().stream().allMatch(rule -> rule.delegate() == null)) {
            return root;
        }
        List<HttpRule> rules = new ArrayList<>();
        for (HttpRule rule : root.http()) {
            Delegate delegate = rule.delegate();
            List<HttpRule> taken = delegate == null
                    ? List.of()
                    : taken(rule, delegate, root.metadata().namespace());
            if (taken.isEmpty()) {
                rules.add(rule);
            } else {
                rules.addAll(taken);
            }
        }
        return new VirtualService(
                root.metadata(), root.hosts(), root.gateways(), root.exportTo(), rules, root.tls(), root.tcp());
    }

    private List<HttpRule> taken(HttpRule rule, Delegate delegate, String namespace) {
        String home = delegate.namespace().isEmpty() ? namespace : delegate.namespace();
        VirtualService found = delegates.get(new ObjectKey(Kind.VIRTUAL_SERVICE, home, delegate.name()));
        if (found == null || !Rules.isExported(found.exportTo(), home, namespace)) {
            return List.of();
        }
        List<HttpRule> taken = new ArrayList<>();
        for (HttpRule each : found.http()) {
            List<HttpMatch> matches = matches(rule.matches(), each.matches());
            if (each.delegate() == null && matches != null) {
                taken.add(merged(rule, each, matches, home));
            }
        }
        return taken;
    }

    /** What the delegate says counts; what it does not say is as in the rule. */
    private HttpRule merged(HttpRule rule, HttpRule own, List<HttpMatch> matches, String home) {
        return new HttpRule(
                joined(rule.name(), own.name()),
                matches,
                own.route().stream().map(each -> inFull(each, home)).toList(),
                own.redirect(),
                own.directResponse() == null ? rule.directResponse() : own.directResponse(),
                null,
                own.rewrite() == null ? rule.rewrite() : own.rewrite(),
                own.timeout() == null ? rule.timeout() : own.timeout(),
                own.retries() == null ? rule.retries() : own.retries(),
                own.fault() == null ? rule.fault() : own.fault(),
                own.mirrors().isEmpty() ? rule.mirrors() : own.mirrors(),
                own.cors() == null ? rule.cors() : own.cors(),
                own.headers().equals(HeaderOperations.NONE) ? rule.headers() : own.headers());
    }

    /** A short name is one of the delegate's namespace. */
    private WeightedDestination inFull(WeightedDestination weighted, String home) {
        Destination destination = weighted.destination();
        return new WeightedDestination(
                new Destination(
                        Hosts.full(destination.host(), home, domainSuffix), destination.subset(), destination.port()),
                weighted.weight(),
                weighted.headers());
    }

    private static String joined(String name, String own) {
        return name.isEmpty() || own.isEmpty() ? name + own : name + "-" + own;
    }

    /** Returns what both ask for, each of one with each of the other; null where one of the delegate's asks for others. */
    private static @Nullable List<HttpMatch> matches(List<HttpMatch> rule, List<HttpMatch> own) {
        if (rule.isEmpty() || own.isEmpty()) {
            return rule.isEmpty() ? own : rule;
        }
        List<HttpMatch> both = new ArrayList<>();
        for (HttpMatch narrow : own) {
            int before = both.size();
            for (HttpMatch wide : rule) {
                if (contains(wide, narrow)) {
                    both.add(merged(wide, narrow));
                }
            }
            if (both.size() == before) {
                return null;
            }
        }
        return both;
    }

    private static HttpMatch merged(HttpMatch wide, HttpMatch narrow) {
        ClientMatch from = wide.client();
        ClientMatch own = narrow.client();
        return new HttpMatch(
                joined(wide.name(), narrow.name()),
                narrow.uri() == null ? wide.uri() : narrow.uri(),
                narrow.ignoreUriCase(),
                narrow.scheme() == null ? wide.scheme() : narrow.scheme(),
                narrow.method() == null ? wide.method() : narrow.method(),
                narrow.authority() == null ? wide.authority() : narrow.authority(),
                over(wide.headers(), narrow.headers()),
                over(wide.withoutHeaders(), narrow.withoutHeaders()),
                over(wide.queryParams(), narrow.queryParams()),
                new ClientMatch(
                        own.port() == null ? from.port() : own.port(),
                        over(from.sourceLabels(), own.sourceLabels()),
                        own.sourceNamespace().isEmpty() ? from.sourceNamespace() : own.sourceNamespace(),
                        own.gateways().isEmpty() ? from.gateways() : own.gateways()),
                narrow.statPrefix().isEmpty() ? wide.statPrefix() : narrow.statPrefix());
    }

    private static <V> Map<String, V> over(Map<String, V> under, Map<String, V> upper) {
        Map<String, V> both = new TreeMap<>(under);
        both.putAll(upper);
        return both;
    }

    private static boolean contains(HttpMatch wide, HttpMatch narrow) {
        return contains(wide.uri(), narrow.uri())
                && contains(wide.scheme(), narrow.scheme())
                && contains(wide.method(), narrow.method())
                && contains(wide.authority(), narrow.authority())
                && contains(wide.headers(), narrow.headers())
                && contains(wide.withoutHeaders(), narrow.withoutHeaders())
                && contains(wide.queryParams(), narrow.queryParams())
                && wide.ignoreUriCase() == narrow.ignoreUriCase()
                && contains(wide.client(), narrow.client());
    }

    private static boolean contains(ClientMatch wide, ClientMatch narrow) {
        Integer port = wide.port();
        boolean ports = port == null || narrow.port() == null || port.equals(narrow.port());
        // As the reference has it, a namespace that the rule names the delegate names too.
        boolean namespaces =
                wide.sourceNamespace().isEmpty() || wide.sourceNamespace().equals(narrow.sourceNamespace());
        boolean labels = narrow.sourceLabels().entrySet().stream()
                .allMatch(label ->
                        label.getValue().equals(wide.sourceLabels().getOrDefault(label.getKey(), label.getValue())));
        boolean gateways = wide.gateways().isEmpty() || wide.gateways().containsAll(narrow.gateways());
        return ports && namespaces && labels && gateways;
    }

    private static boolean contains(Map<String, StringMatch> wide, Map<String, StringMatch> narrow) {
        return narrow.entrySet().stream().allMatch(entry -> contains(wide.get(entry.getKey()), entry.getValue()));
    }

    /** Beside an expression there can be nothing else: which texts fit two of them nobody can tell. */
    private static boolean contains(@Nullable StringMatch wide, @Nullable StringMatch narrow) {
        if (wide == null || narrow == null) {
            return true;
        }
        return switch (wide.type()) {
            case EXACT -> narrow.equals(wide);
            case PREFIX ->
                (narrow.type() == StringMatch.Type.EXACT || narrow.type() == StringMatch.Type.PREFIX)
                        && narrow.value().startsWith(wide.value());
            case REGEX, PRESENT -> false;
        };
    }
}
