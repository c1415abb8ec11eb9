package mesh.ambit.telemetry;

import java.util.Map;
import java.util.TreeMap;

/**
 * Names of loggers to scopes and back.
 *
 * <p>Operators know upstream's scopes ({@code ztunnel::proxy::inbound}, {@code access}) and type them into existing tools;
 * our loggers are named after classes. The packages that do what an upstream module does get its scope; any other
 * package of ours is named by its own path.
 */
final class Scopes {
    /** Upstream's crate, which the plain format leaves out. */
    static final String CRATE = "ztunnel::";

    private static final String OURS = "mesh.ambit.";

    /** Package to scope. */
    static final Map<String, String> PACKAGES = Map.ofEntries(
            Map.entry("mesh.ambit.ztunnel.inbound", "ztunnel::proxy::inbound"),
            Map.entry("mesh.ambit.ztunnel.outbound", "ztunnel::proxy::outbound"),
            Map.entry("mesh.ambit.ztunnel.inpod", "ztunnel::inpod"),
            Map.entry("mesh.ambit.ztunnel.app", "ztunnel::app"),
            Map.entry("mesh.ambit.ztunnel.dns", "ztunnel::dns::server"),
            Map.entry("mesh.ambit.hbone", "ztunnel::proxy::h2"),
            Map.entry("mesh.ambit.relay", "ztunnel::copy"),
            Map.entry("mesh.ambit.tls", "ztunnel::tls"),
            Map.entry("mesh.ambit.xds", "ztunnel::xds"),
            Map.entry("mesh.ambit.wire", "ztunnel::xds::wire"),
            Map.entry("mesh.ambit.ca", "ztunnel::identity"),
            Map.entry("mesh.ambit.model", "ztunnel::state"),
            Map.entry("mesh.ambit.policy", "ztunnel::rbac"),
            Map.entry("mesh.ambit.admin", "ztunnel::admin"),
            Map.entry("mesh.ambit.telemetry", "ztunnel::telemetry"),
            Map.entry("mesh.ambit.linux", "ztunnel::socket"));

    private static final Map<String, String> LOGGERS = inverted();

    private Scopes() {}

    /** Returns the scope of the logger {@code name}. */
    static String scopeOf(String name) {
        if (!name.startsWith(OURS)) {
            return name.replace(".", "::");
        }
        int lastDot = name.lastIndexOf('.');
        // A class name starts in upper case; what comes before is the package.
        String pkg = Character.isUpperCase(name.charAt(lastDot + 1)) ? name.substring(0, lastDot) : name;
        String known = PACKAGES.get(pkg);
        return known != null
                ? known
                : pkg.substring(Math.min(pkg.length(), OURS.length())).replace(".", "::");
    }

    /** Returns the logger that a directive for {@code scope} means when no known package has that scope. */
    static String loggerOf(String scope) {
        String known = LOGGERS.get(scope);
        if (known != null) {
            return known;
        }
        return scope.replace("::", ".");
    }

    private static Map<String, String> inverted() {
        Map<String, String> inverted = new TreeMap<>();
        PACKAGES.forEach((pkg, scope) -> inverted.put(scope, pkg));
        return Map.copyOf(inverted);
    }
}
