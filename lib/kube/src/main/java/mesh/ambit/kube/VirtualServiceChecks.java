package mesh.ambit.kube;

import java.util.List;
import mesh.ambit.kube.VirtualService.ConnectionRule;
import mesh.ambit.kube.VirtualService.HttpRule;
import mesh.ambit.kube.VirtualService.WeightedDestination;

/** What upstream's admission webhook refuses in virtual services, beyond the schema; and expressions that are not linear. */
final class VirtualServiceChecks {
    private VirtualServiceChecks() {}

    /** Checks a virtual service that fits its schema. */
    static void check(Fields spec, VirtualService read) {
        boolean delegate = read.hosts().isEmpty();
        if (delegate && !read.gateways().isEmpty()) {
            spec.found(ProblemCode.CONFLICTING_FIELDS, "gateways", "stands without hosts", "name hosts, or remove it");
        }
        if (delegate && (!read.tls().isEmpty() || !read.tcp().isEmpty())) {
            spec.found(ProblemCode.MISSING_FIELD, "hosts", "only rules for HTTP can be delegated", "name hosts");
        }
        GatewayNames.check(spec, read.gateways());
        Exports.check(spec, read.metadata().namespace(), read.exportTo(), false);
        boolean atGateways = !read.gateways().isEmpty() && !read.gateways().contains(VirtualService.MESH);
        hosts(spec, read, atGateways);
        if (read.http().isEmpty() && read.tls().isEmpty() && read.tcp().isEmpty()) {
            spec.foundHere(ProblemCode.NO_EFFECT, "has no rule", "write http, tls or tcp");
        }
        List<Fields> http = spec.children("http");
        for (int i = 0; i < read.http().size(); i++) {
            HttpRule rule = read.http().get(i);
            HttpRuleChecks.check(http.get(i), rule, delegate);
            List<Fields> matches = http.get(i).children("match");
            for (int j = 0; j < rule.matches().size(); j++) {
                MatchChecks.http(matches.get(j), rule.matches().get(j), atGateways);
            }
        }
        boolean passesThrough = !read.gateways().contains(VirtualService.MESH);
        List<Fields> tls = spec.children("tls");
        for (int i = 0; i < read.tls().size(); i++) {
            ConnectionRule rule = read.tls().get(i);
            if (rule.matches().isEmpty()) {
                tls.get(i).foundHere(ProblemCode.MISSING_FIELD, "needs a match with sniHosts", "");
            }
            List<Fields> matches = tls.get(i).children("match");
            for (int j = 0; j < rule.matches().size(); j++) {
                MatchChecks.names(matches.get(j), rule.matches().get(j).sniHosts(), read.hosts(), passesThrough);
            }
            connections(tls.get(i), rule);
        }
        List<Fields> tcp = spec.children("tcp");
        for (int i = 0; i < read.tcp().size(); i++) {
            connections(tcp.get(i), read.tcp().get(i));
        }
    }

    private static void hosts(Fields spec, VirtualService read, boolean atGateways) {
        boolean names = read.tls().stream()
                .anyMatch(rule -> rule.matches().stream()
                        .anyMatch(match -> !match.sniHosts().isEmpty()));
        List<String> hosts = read.hosts();
        boolean allAreHosts = true;
        for (int i = 0; i < hosts.size(); i++) {
            String host = hosts.get(i);
            boolean isHost = (atGateways && names) ? Hosts.isHostOrPassedThrough(host) : Hosts.isHost(host);
            String wrong = "";
            if (host.equals("*") && !atGateways) {
                wrong = "every host of the mesh cannot be meant";
            } else if (!isHost && !Hosts.isAddress(host)) {
                wrong = "is no host";
            }
            if (!wrong.isEmpty()) {
                allAreHosts = false;
                spec.foundItem(ProblemCode.INVALID_NAME, "hosts", i, "\"" + host + "\": " + wrong, "");
            }
        }
        for (int i = 1; i < hosts.size() && allAreHosts; i++) {
            String host = hosts.get(i);
            String other = hosts.subList(0, i).stream()
                    .filter(before -> Hosts.overlap(before, host))
                    .findFirst()
                    .orElse("");
            if (!other.isEmpty()) {
                spec.foundItem(
                        ProblemCode.INVALID_NAME,
                        "hosts",
                        i,
                        "\"" + host + "\": " + (host.equals(other) ? "is there twice" : "overlaps with " + other),
                        "write what concerns both into two objects");
            }
        }
    }

    private static void connections(Fields fields, ConnectionRule rule) {
        if (rule.route().isEmpty()) {
            fields.foundHere(ProblemCode.MISSING_FIELD, "says not where connections go", "write route");
        }
        weights(fields, rule.route());
        List<Fields> matches = fields.children("match");
        for (int j = 0; j < rule.matches().size(); j++) {
            MatchChecks.connection(matches.get(j), rule.matches().get(j));
        }
    }

    /** Checks where traffic goes, and in which shares. */
    static void weights(Fields fields, List<WeightedDestination> route) {
        long total = 0;
        List<Fields> all = fields.children("route");
        for (int i = 0; i < route.size(); i++) {
            WeightedDestination each = route.get(i);
            total += each.weight();
            if (each.weight() < 0) {
                fields.foundItem(ProblemCode.INVALID_VALUE, "route", i, "a weight is negative", "");
            }
            destination(all.get(i), each.destination());
        }
        if (route.size() > 1 && total == 0) {
            fields.found(ProblemCode.INVALID_VALUE, "route", "no destination has a weight", "give each a share");
        }
    }

    /** Checks the destination of a route or mirror. */
    static void destination(Fields fields, VirtualService.Destination destination) {
        String host = destination.host();
        if (!Hosts.isHost(host) || host.equals("*")) {
            fields.foundHere(ProblemCode.INVALID_NAME, "\"" + host + "\" is no destination", "");
        }
        String subset = destination.subset();
        if (!subset.isEmpty() && !Hosts.isLabel(subset)) {
            fields.foundHere(ProblemCode.INVALID_NAME, "\"" + subset + "\" is no subset", "");
        }
        Fields named = fields.child("destination");
        boolean hasPort = (named == null ? fields : named).has("port");
        Integer port = destination.port();
        if (port == null ? hasPort : (port < 1 || port > Checks.MAX_PORT)) {
            fields.foundHere(
                    ProblemCode.INVALID_PORT,
                    port == null ? "the port has no number" : port + " is not a port",
                    "1 to 65535");
        }
    }
}
