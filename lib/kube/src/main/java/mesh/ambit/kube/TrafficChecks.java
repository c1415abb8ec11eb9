package mesh.ambit.kube;

import java.util.List;

/** What upstream's admission webhook refuses beyond the schemas; and expressions of routes that are not linear. */
final class TrafficChecks {
    private TrafficChecks() {}

    /** Checks an object that fits its schema. */
    static void object(Fields object, KubeObject read) {
        Fields spec = object.childOrEmpty("spec");
        switch (read) {
            case VirtualService service -> VirtualServiceChecks.check(spec, service);
            case DestinationRule rule -> DestinationChecks.rule(spec, rule);
            case RequestAuthentication authentication -> ReportChecks.authentication(spec, authentication);
            case Telemetry telemetry -> ReportChecks.telemetry(spec, telemetry);
            case HttpRoute route -> httpRoute(spec, route);
            case GrpcRoute route -> grpcRoute(spec, route);
            default -> {}
        }
    }

    private static void httpRoute(Fields spec, HttpRoute route) {
        List<Fields> rules = spec.children("rules");
        for (int i = 0; i < route.rules().size(); i++) {
            List<Fields> matches = rules.get(i).children("matches");
            for (int j = 0; j < matches.size(); j++) {
                HttpRoute.Match match = route.rules().get(i).matches().get(j);
                if (match.path().type() == HttpRoute.PathType.REGEX) {
                    MatchChecks.regex(matches.get(j), "path", match.path().value());
                }
                values(matches.get(j), "headers", match.headers());
                values(matches.get(j), "queryParams", match.queryParams());
            }
        }
    }

    private static void grpcRoute(Fields spec, GrpcRoute route) {
        List<Fields> rules = spec.children("rules");
        for (int i = 0; i < route.rules().size(); i++) {
            List<Fields> matches = rules.get(i).children("matches");
            for (int j = 0; j < matches.size(); j++) {
                GrpcRoute.Match match = route.rules().get(i).matches().get(j);
                GrpcRoute.MethodMatch method = match.method();
                if (method != null && method.regex()) {
                    MatchChecks.regex(matches.get(j), "method", method.service());
                    MatchChecks.regex(matches.get(j), "method", method.method());
                }
                values(matches.get(j), "headers", match.headers());
            }
        }
    }

    private static void values(Fields match, String name, List<HttpRoute.ValueMatch> values) {
        for (HttpRoute.ValueMatch value : values) {
            if (value.regex()) {
                MatchChecks.regex(match, name, value.value());
            }
        }
    }
}
