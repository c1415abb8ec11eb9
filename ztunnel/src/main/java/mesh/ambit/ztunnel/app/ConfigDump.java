package mesh.ambit.ztunnel.app;

import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import mesh.ambit.ca.CertificateState;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.model.MeshResource;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.MeshView;
import mesh.ambit.model.WorkloadInfo;
import mesh.ambit.policy.PolicyView;
import mesh.ambit.telemetry.Direction;
import mesh.ambit.tls.PemText;
import mesh.ambit.tls.Svid;
import mesh.ambit.ztunnel.inpod.LiveConnections.View;
import mesh.ambit.ztunnel.inpod.PodRegistry;
import mesh.ambit.ztunnel.local.LocalFileException;
import mesh.ambit.ztunnel.local.LocalMesh;
import mesh.ambit.ztunnel.local.LocalSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything that the daemon knows, as JSON in upstream's shape. Made on the administration server's thread. */
final class ConfigDump {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigDump.class);
    private static final int PEM_COLUMNS = 60;

    private final MeshView mesh;
    private final PolicyView policies;
    private final Supplier<SortedMap<SpiffeId, CertificateState>> certificates;
    private final Supplier<List<PodRegistry.Entry>> pods;
    private final ZtunnelConfig config;
    private volatile Supplier<@Nullable Map<String, Object>> lastGoodState = () -> null;
    private volatile Local local = new Local(LocalMesh.EMPTY, List.of());

    private record Local(LocalMesh mesh, List<MeshResource> resources) {}

    ConfigDump(
            MeshView mesh,
            PolicyView policies,
            Supplier<SortedMap<SpiffeId, CertificateState>> certificates,
            Supplier<List<PodRegistry.Entry>> pods,
            ZtunnelConfig config) {
        this.mesh = mesh;
        this.policies = policies;
        this.certificates = certificates;
        this.pods = pods;
        this.config = config;
    }

    /** Has what {@code kept} returns shown as {@code lastGoodState}, unless it is null. */
    void tells(Supplier<@Nullable Map<String, Object>> kept) {
        lastGoodState = kept;
    }

    /** Tells what came from the local file, and the resources that were made of it: they say nothing of their services. */
    void shows(LocalMesh mesh, List<MeshResource> resources) {
        local = new Local(mesh, resources);
    }

    String print() {
        MeshSnapshot snapshot = mesh.current();
        Local shown = local;
        Map<String, Object> dump = new TreeMap<>();
        dump.put("workloads", MeshDump.workloads(snapshot, shown.resources()));
        dump.put("services", MeshDump.services(snapshot, shown.mesh()));
        dump.put("policies", PolicyDump.policies(policies.current()));
        dump.put("stagedServices", MeshDump.stagedServices(snapshot));
        dump.put("certificates", certificates());
        if (config.mode().shared()) {
            dump.put("workloadState", workloadState());
        }
        dump.put("staticConfig", staticConfig());
        dump.put("version", BuildInfo.of(config.process().version()));
        dump.put("config", ConfigView.of(config, config.capture().ipv6() && Loopback.hasIpv6()));
        Map<String, Object> kept = lastGoodState.get();
        if (kept != null) {
            dump.put("lastGoodState", kept);
        }
        return Json.print(dump);
    }

    /** The local file as it stands now, which need not be what was loaded; nothing where it has become unreadable. */
    private Map<String, Object> staticConfig() {
        LocalSource source = config.mode().local();
        LocalMesh now = LocalMesh.EMPTY;
        if (source != null) {
            try {
                now = source.load();
            } catch (LocalFileException e) {
                LOG.error("local configuration is not shown: {}", e.getMessage());
            }
        }
        return MeshDump.local(now);
    }

    private List<Map<String, Object>> certificates() {
        List<Map<String, Object>> list = new ArrayList<>();
        certificates.get().forEach((identity, state) -> {
            Svid svid = state instanceof CertificateState.Available(Svid there) ? there : null;
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("identity", identity.toString());
            entry.put(
                    "state",
                    switch (state) {
                        case CertificateState.Initializing() -> "Initializing";
                        case CertificateState.Available _ -> "Available";
                        case CertificateState.Unavailable(String reason) -> "Unavailable: " + reason;
                    });
            entry.put("certChain", svid == null ? List.of() : chain(svid.chain()));
            entry.put("rootCerts", svid == null ? List.of() : chain(svid.roots()));
            list.add(entry);
        });
        return list;
    }

    private static List<Map<String, Object>> chain(List<X509Certificate> certificates) {
        return certificates.stream().map(ConfigDump::certificate).toList();
    }

    private static Map<String, Object> certificate(X509Certificate certificate) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("pem", pem(certificate));
        map.put("serialNumber", certificate.getSerialNumber().toString());
        map.put("validFrom", time(certificate.getNotBefore().toInstant()));
        map.put("expirationTime", time(certificate.getNotAfter().toInstant()));
        return map;
    }

    private static String time(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** The PEM text, itself in base64, and in shorter lines than usual, as upstream has it. */
    private static String pem(X509Certificate certificate) {
        try {
            String text = PemText.print("CERTIFICATE", certificate.getEncoded(), PEM_COLUMNS);
            return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
        } catch (CertificateEncodingException e) {
            return "";
        }
    }

    private Map<String, Object> workloadState() {
        Map<String, Object> states = new TreeMap<>();
        for (PodRegistry.Entry entry : pods.get()) {
            Map<String, Object> state = new LinkedHashMap<>();
            WorkloadInfo info = entry.pod().info();
            state.put("state", entry.proxy() == null ? "Pending" : "Up");
            Map<String, Object> about = new LinkedHashMap<>();
            about.put("name", info.name());
            about.put("namespace", info.namespace());
            about.put("serviceAccount", info.serviceAccount());
            state.put("info", about);
            if (entry.proxy() instanceof InPodProxy proxy) {
                state.put("connections", connections(proxy));
            }
            states.put(entry.pod().uid(), state);
        }
        return states;
    }

    private static Map<String, Object> connections(InPodProxy proxy) {
        List<Map<String, @Nullable Object>> inbound = new ArrayList<>();
        List<Map<String, @Nullable Object>> outbound = new ArrayList<>();
        for (View view : proxy.views().join()) {
            Map<String, @Nullable Object> entry = new LinkedHashMap<>();
            // In the reference's order: whoever sorts the entries as text gets the same.
            entry.put("actualDst", view.actualDestination());
            entry.put("originalDst", view.originalDestination());
            entry.put("protocol", view.protocol());
            entry.put("src", view.source());
            (view.direction() == Direction.INBOUND ? inbound : outbound).add(entry);
        }
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("inbound", inbound);
        map.put("outbound", outbound);
        return map;
    }
}
