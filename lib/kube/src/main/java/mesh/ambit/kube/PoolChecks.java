package mesh.ambit.kube;

import java.time.Duration;

/** What upstream's admission webhook refuses in limits of connections. */
final class PoolChecks {
    private PoolChecks() {}

    static void check(Fields pool) {
        if (!pool.has("http") && !pool.has("tcp")) {
            pool.foundHere(ProblemCode.NO_EFFECT, "limits nothing", "http or tcp");
        }
        tcp(pool.childOrEmpty("tcp"));
        Fields http = pool.childOrEmpty("http");
        notNegative(
                http,
                "http1MaxPendingRequests",
                "http2MaxRequests",
                "maxRequestsPerConnection",
                "maxRetries",
                "maxConcurrentStreams");
        SpecFields.checkSpans(http, "idleTimeout");
        if (http.text("h2UpgradePolicy").equals("UPGRADE") && http.flag("useClientProtocol")) {
            http.found(ProblemCode.CONFLICTING_FIELDS, "useClientProtocol", "stands beside h2UpgradePolicy", "use one");
        }
        Fields alive = http.child("http2KeepAlive");
        if (alive != null) {
            for (String name : new String[] {"interval", "timeout"}) {
                if (!alive.has(name)) {
                    alive.found(ProblemCode.MISSING_FIELD, name, "must be there", "for example 10s");
                }
            }
            SpecFields.checkSpans(alive, "interval", "timeout");
        }
    }

    private static void tcp(Fields tcp) {
        notNegative(tcp, "maxConnections");
        SpecFields.checkSpans(tcp, "connectTimeout", "maxConnectionDuration");
        Duration idle = SpecFields.duration(tcp, "idleTimeout");
        // Less than a millisecond switches it off.
        if (idle != null && idle.toMillis() != 0) {
            SpecFields.checkSpans(tcp, "idleTimeout");
        }
        SpecFields.checkSpans(tcp.childOrEmpty("tcpKeepalive"), "time", "interval");
    }

    private static void notNegative(Fields fields, String... names) {
        for (String name : names) {
            Integer number = fields.numberOrNull(name);
            if (number != null && number < 0) {
                fields.found(ProblemCode.INVALID_VALUE, name, number + " is negative", "");
            }
        }
    }
}
