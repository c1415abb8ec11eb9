package mesh.ambit.kube;

import java.util.ArrayList;
import java.util.List;
import mesh.ambit.kube.GrpcRoute.MethodMatch;
import mesh.ambit.kube.HttpRoute.Match;
import mesh.ambit.kube.HttpRoute.PathMatch;
import mesh.ambit.kube.HttpRoute.PathType;
import mesh.ambit.kube.HttpRoute.Retry;
import mesh.ambit.kube.HttpRoute.SessionPersistence;
import mesh.ambit.kube.HttpRoute.Timeouts;
import mesh.ambit.kube.HttpRoute.ValueMatch;
import org.jspecify.annotations.Nullable;

/** Reads routes and grants of the Gateway API, with the defaults that its definitions give. */
final class RouteObjects {
    private static final String GATEWAY_GROUP = "gateway.networking.k8s.io";
    private static final String REGEX = "RegularExpression";

    private RouteObjects() {}

    static HttpRoute httpRoute(Fields object, ObjectMeta meta) {
        Fields spec = object.childOrEmpty("spec");
        List<HttpRoute.Rule> rules = new ArrayList<>();
        for (Fields rule : spec.children("rules")) {
            List<Match> matches = new ArrayList<>();
            rule.children("matches").forEach(match -> matches.add(match(match)));
            Fields timeouts = rule.child("timeouts");
            rules.add(new HttpRoute.Rule(
                    rule.text("name"),
                    matches,
                    RouteFilters.read(rule),
                    backends(rule),
                    timeouts == null
                            ? null
                            : new Timeouts(
                                    SpecFields.duration(timeouts, "request"),
                                    SpecFields.duration(timeouts, "backendRequest")),
                    retry(rule.child("retry")),
                    persistence(rule.child("sessionPersistence"))));
        }
        return new HttpRoute(meta, parents(spec), spec.textList("hostnames"), rules);
    }

    static GrpcRoute grpcRoute(Fields object, ObjectMeta meta) {
        Fields spec = object.childOrEmpty("spec");
        List<GrpcRoute.Rule> rules = new ArrayList<>();
        for (Fields rule : spec.children("rules")) {
            List<GrpcRoute.Match> matches = new ArrayList<>();
            for (Fields match : rule.children("matches")) {
                Fields method = match.child("method");
                matches.add(new GrpcRoute.Match(
                        method == null
                                ? null
                                : new MethodMatch(method.text("service"), method.text("method"), isRegex(method)),
                        values(match, "headers")));
            }
            rules.add(new GrpcRoute.Rule(
                    rule.text("name"),
                    matches,
                    RouteFilters.read(rule),
                    backends(rule),
                    persistence(rule.child("sessionPersistence"))));
        }
        return new GrpcRoute(meta, parents(spec), spec.textList("hostnames"), rules);
    }

    static TlsRoute tlsRoute(Fields object, ObjectMeta meta) {
        Fields spec = object.childOrEmpty("spec");
        return new TlsRoute(meta, parents(spec), spec.textList("hostnames"), plainRules(spec));
    }

    static TcpRoute tcpRoute(Fields object, ObjectMeta meta) {
        Fields spec = object.childOrEmpty("spec");
        return new TcpRoute(meta, parents(spec), plainRules(spec));
    }

    static ReferenceGrant referenceGrant(Fields object, ObjectMeta meta) {
        Fields spec = object.childOrEmpty("spec");
        List<ReferenceGrant.From> from = new ArrayList<>();
        for (Fields each : spec.children("from")) {
            from.add(new ReferenceGrant.From(each.text("group"), each.text("kind"), each.text("namespace")));
        }
        List<ReferenceGrant.To> to = new ArrayList<>();
        for (Fields each : spec.children("to")) {
            to.add(new ReferenceGrant.To(each.text("group"), each.text("kind"), each.text("name")));
        }
        return new ReferenceGrant(meta, from, to);
    }

    static BackendTlsPolicy backendTlsPolicy(Fields object, ObjectMeta meta) {
        Fields spec = object.childOrEmpty("spec");
        List<BackendTlsPolicy.Target> targets = new ArrayList<>();
        for (Fields each : spec.children("targetRefs")) {
            targets.add(new BackendTlsPolicy.Target(
                    each.text("group"), each.text("kind"), each.text("name"), each.text("sectionName")));
        }
        Fields validation = spec.childOrEmpty("validation");
        List<BackendTlsPolicy.ObjectRef> authorities = new ArrayList<>();
        for (Fields each : validation.children("caCertificateRefs")) {
            authorities.add(new BackendTlsPolicy.ObjectRef(each.text("group"), each.text("kind"), each.text("name")));
        }
        List<String> names = new ArrayList<>();
        for (Fields each : validation.children("subjectAltNames")) {
            names.add(each.text("type").equals("URI") ? each.text("uri") : each.text("hostname"));
        }
        return new BackendTlsPolicy(
                meta,
                targets,
                new BackendTlsPolicy.Validation(
                        authorities, validation.text("wellKnownCACertificates"), validation.text("hostname"), names),
                spec.texts("options"));
    }

    private static List<ParentRef> parents(Fields spec) {
        List<ParentRef> parents = new ArrayList<>();
        for (Fields parent : spec.children("parentRefs")) {
            parents.add(new ParentRef(
                    SpecFields.textOr(parent, "group", GATEWAY_GROUP),
                    SpecFields.textOr(parent, "kind", "Gateway"),
                    parent.text("namespace"),
                    parent.text("name"),
                    parent.text("sectionName"),
                    parent.numberOrNull("port")));
        }
        return parents;
    }

    private static List<RouteRules.Plain> plainRules(Fields spec) {
        List<RouteRules.Plain> rules = new ArrayList<>();
        for (Fields rule : spec.children("rules")) {
            rules.add(new RouteRules.Plain(rule.text("name"), backends(rule)));
        }
        return rules;
    }

    private static List<BackendRef> backends(Fields rule) {
        List<BackendRef> backends = new ArrayList<>();
        rule.children("backendRefs").forEach(backend -> backends.add(backend(backend)));
        return backends;
    }

    static BackendRef backend(Fields backend) {
        return new BackendRef(
                backend.text("group"),
                SpecFields.textOr(backend, "kind", "Service"),
                backend.text("namespace"),
                backend.text("name"),
                backend.numberOrNull("port"),
                SpecFields.numberOr(backend, "weight", 1),
                RouteFilters.read(backend));
    }

    private static Match match(Fields match) {
        Fields path = match.child("path");
        return new Match(
                path == null ? PathMatch.ANY : path(path),
                values(match, "headers"),
                values(match, "queryParams"),
                match.text("method"));
    }

    private static PathMatch path(Fields path) {
        String value = SpecFields.textOr(path, "value", "/");
        return switch (path.text("type")) {
            case "Exact" -> new PathMatch(PathType.EXACT, value);
            case "", "PathPrefix" -> new PathMatch(PathType.PREFIX, value);
            case REGEX -> new PathMatch(PathType.REGEX, value);
            default -> {
                unknown(path, "Exact, PathPrefix, " + REGEX);
                yield PathMatch.ANY;
            }
        };
    }

    private static List<ValueMatch> values(Fields match, String name) {
        List<ValueMatch> values = new ArrayList<>();
        for (Fields value : match.children(name)) {
            values.add(new ValueMatch(value.text("name"), value.text("value"), isRegex(value)));
        }
        return values;
    }

    private static boolean isRegex(Fields fields) {
        String type = fields.text("type");
        if (!type.isEmpty() && !type.equals("Exact") && !type.equals(REGEX)) {
            unknown(fields, "Exact, " + REGEX);
        }
        return type.equals(REGEX);
    }

    /** A match that is not understood must not match more, or less, than its author means: the object is refused. */
    private static void unknown(Fields fields, String known) {
        fields.found(
                ProblemCode.INVALID_VALUE,
                "type",
                "\"" + fields.text("type") + "\" is no way to compare",
                "expected one of " + known);
    }

    private static @Nullable Retry retry(@Nullable Fields retry) {
        return retry == null
                ? null
                : new Retry(
                        retry.numberList("codes"),
                        retry.numberOrNull("attempts"),
                        SpecFields.duration(retry, "backoff"));
    }

    private static @Nullable SessionPersistence persistence(@Nullable Fields persistence) {
        if (persistence == null) {
            return null;
        }
        boolean header = persistence.text("type").equals("Header");
        Fields cookie = persistence.childOrEmpty("cookie");
        String name = (header ? persistence.childOrEmpty("header") : cookie).text("name");
        return new SessionPersistence(
                header,
                // The definition of its first version has the name here.
                name.isEmpty() ? persistence.text("sessionName") : name,
                SpecFields.textOr(cookie, "path", "/"),
                cookie.text("lifetimeType").equals("Permanent"),
                SpecFields.duration(persistence, "absoluteTimeout"));
    }
}
