package mesh.ambit.kube;

import java.time.Duration;

/** What the settings of a mesh must hold beyond their types, or the reference refuses them whole. */
final class MeshConfigChecks {
    private static final long MILLISECOND = Duration.ofMillis(1).toNanos();
    private static final Duration LONGEST_CONNECT = Duration.ofHours(1);

    private MeshConfigChecks() {}

    static void check(Fields mesh) {
        if (mesh.has("trustDomain")) {
            trustDomain(mesh, "trustDomain", mesh.text("trustDomain"));
        }
        for (String alias : mesh.textList("trustDomainAliases")) {
            trustDomain(mesh, "trustDomainAliases", alias);
        }
        port(mesh, "proxyListenPort");
        Duration connect = Durations.parse(mesh.text("connectTimeout"));
        if (connect != null && (!isWhole(connect, MILLISECOND) || connect.compareTo(LONGEST_CONNECT) > 0)) {
            mesh.found(
                    ProblemCode.INVALID_VALUE,
                    "connectTimeout",
                    mesh.text("connectTimeout") + " cannot be waited for",
                    "expected whole milliseconds from 1ms to 1h");
        }
        Duration detection = Durations.parse(mesh.text("protocolDetectionTimeout"));
        if (detection != null && detection.toNanosPart() % MILLISECOND != 0) {
            mesh.found(
                    ProblemCode.INVALID_VALUE,
                    "protocolDetectionTimeout",
                    mesh.text("protocolDetectionTimeout") + " is too fine",
                    "expected whole milliseconds");
        }
        Fields proxy = mesh.child("defaultConfig");
        if (proxy != null) {
            proxy(proxy);
        }
    }

    private static void proxy(Fields proxy) {
        port(proxy, "statusPort");
        port(proxy, "proxyAdminPort");
        if (proxy.has("discoveryAddress") && !proxy.text("discoveryAddress").contains(":")) {
            proxy.found(
                    ProblemCode.INVALID_VALUE,
                    "discoveryAddress",
                    "\"" + proxy.text("discoveryAddress") + "\" names no port",
                    "for example istiod.istio-system.svc:15012");
        }
        Duration drain = Durations.parse(proxy.text("drainDuration"));
        if (drain != null && !isWhole(drain, Duration.ofSeconds(1).toNanos())) {
            proxy.found(
                    ProblemCode.INVALID_VALUE,
                    "drainDuration",
                    proxy.text("drainDuration") + " is no time to drain in",
                    "expected whole seconds, at least one");
        }
    }

    private static void port(Fields fields, String name) {
        Integer port = fields.numberOrNull(name);
        if (port != null && (port < 1 || port > Checks.MAX_PORT)) {
            fields.found(ProblemCode.INVALID_PORT, name, port + " is not a port", "expected a number from 1 to 65535");
        }
    }

    private static boolean isWhole(Duration duration, long unit) {
        return duration.toNanos() >= unit && duration.toNanos() % unit == 0;
    }

    private static void trustDomain(Fields mesh, String name, String text) {
        if (!Checks.isTrustDomain(text)) {
            mesh.found(
                    ProblemCode.INVALID_VALUE,
                    name,
                    "\"" + text + "\" is no trust domain",
                    "expected labels of letters, digits and dashes, with dots between");
        }
    }
}
