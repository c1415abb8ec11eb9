package mesh.ambit.ztunnel.app;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import mesh.ambit.channel.ControlPlane;
import mesh.ambit.channel.TokenSource;
import mesh.ambit.channel.TrustRoots;
import mesh.ambit.config.Environment;
import mesh.ambit.ztunnel.local.ProxyDefaults;
import org.jspecify.annotations.Nullable;

/**
 * Whom we ask for the mesh and for certificates.
 *
 * @param xds where the mesh comes from; null for nowhere
 * @param xdsIfAny what is set for it, whether there is one or not
 * @param onDemand whether only what is asked for comes from there
 * @param ca who signs certificates
 * @param certificateLifetime what certificates are asked for
 */
record ControlSettings(
        @Nullable ControlPlane xds,
        ControlPlane xdsIfAny,
        boolean onDemand,
        ControlPlane ca,
        Duration certificateLifetime) {
    private static final Pattern HOST_NAME = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_.])?");
    private static final String IN_CLUSTER = "https://istiod.istio-system.svc:15012";
    private static final String ON_THIS_MACHINE = "https://localhost:15012";
    private static final String DEFAULT_ROOTS = "./var/run/secrets/istio/root-cert.pem";
    private static final String DEFAULT_TOKEN = "./var/run/secrets/tokens/istio-token";

    static ControlSettings from(Environment env, ProxyDefaults defaults, String clusterId) {
        TokenSource token = token(env);
        String fallback = env.text("KUBERNETES_SERVICE_HOST") != null ? IN_CLUSTER : ON_THIS_MACHINE;
        String caAddress = env.text("CA_ADDRESS", fallback);
        if (caAddress.isEmpty()) {
            env.reject("CA_ADDRESS", "", "empty, expected: https://host:port");
            caAddress = fallback;
        }
        ControlPlane ca = controlPlane(env, "CA", caAddress, token, clusterId);
        if (ca.roots() instanceof TrustRoots.File(Path file) && Files.exists(file) && !Files.isRegularFile(file)) {
            env.reject("CA_ROOT_CA", file.toString(), "not a file, expected: a file of PEM certificates");
        }
        String alternative = ca.alternativeName();
        if (alternative != null && !HOST_NAME.matcher(alternative).matches()) {
            env.reject("ALT_CA_HOSTNAME", alternative, "invalid dns name");
        }
        if (env.flag("FAKE_CA", false)) {
            env.reject("FAKE_CA", "true", "there is no such CA in this program, expected: false");
        }
        String discovery = defaults.discoveryAddress();
        String xdsAddress = env.text("XDS_ADDRESS", discovery != null ? discovery : fallback);
        ControlPlane xds = controlPlane(env, "XDS", xdsAddress.isEmpty() ? fallback : xdsAddress, token, clusterId);
        return new ControlSettings(
                xdsAddress.isEmpty() ? null : xds,
                xds,
                env.flag("XDS_ON_DEMAND", false),
                ca,
                env.value("SECRET_TTL", Duration.ofHours(24), DurationText::parse));
    }

    private static ControlPlane controlPlane(
            Environment env, String prefix, String address, @Nullable TokenSource token, String clusterId) {
        String variable = prefix + "_ADDRESS";
        URI uri;
        try {
            uri = ControlPlane.parseAddress(address);
        } catch (IllegalArgumentException e) {
            env.reject(variable, address, String.valueOf(e.getMessage()));
            uri = URI.create(ON_THIS_MACHINE);
        }
        SortedMap<String, String> headers = new TreeMap<>();
        try {
            headers = ControlPlane.parseHeaders(env.withPrefix(prefix + "_HEADER_"));
        } catch (IllegalArgumentException e) {
            env.reject(prefix + "_HEADER_*: " + e.getMessage());
        }
        return new ControlPlane(
                uri,
                TrustRoots.parse(env.text(prefix + "_ROOT_CA", DEFAULT_ROOTS)),
                env.text("ALT_" + prefix + "_HOSTNAME"),
                token,
                clusterId,
                headers);
    }

    private static @Nullable TokenSource token(Environment env) {
        String value = env.text("AUTH_TOKEN");
        if (value != null) {
            return TokenSource.parse(value);
        }
        return Files.exists(Path.of(DEFAULT_TOKEN)) ? TokenSource.parse(DEFAULT_TOKEN) : null;
    }
}
