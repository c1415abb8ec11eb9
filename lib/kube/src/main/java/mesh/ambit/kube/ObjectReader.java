package mesh.ambit.kube;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import mesh.ambit.kube.Findings.Finding;
import mesh.ambit.kube.YamlValue.Mapping;
import mesh.ambit.kube.YamlValue.Scalar;
import mesh.ambit.kube.YamlValue.Sequence;
import org.jspecify.annotations.Nullable;

/** Reads the objects of one YAML text. */
final class ObjectReader {
    private static final String DEFAULT_NAMESPACE = "default";

    private final String file;
    private final Reading reading;
    private final CoreObjects core;
    private final IstioObjects istio;
    private final NetworkObjects network;
    private final List<Placed> objects = new ArrayList<>();
    private final Set<ObjectKey> refused = new TreeSet<>();
    private final List<Problem> problems = new ArrayList<>();
    private boolean unnamedRefused;

    private ObjectReader(String file, Reading reading) {
        this.file = file;
        this.reading = reading;
        this.core = new CoreObjects(reading);
        this.istio = new IstioObjects(reading);
        this.network = new NetworkObjects(reading);
    }

    /** An object and the line of its document. */
    record Placed(KubeObject object, int line) {}

    /**
     * What a text says.
     *
     * @param refused objects that are there but not valid
     * @param incomplete whether there is something invalid whose key is unknown, the text as a whole perhaps
     */
    record Result(List<Placed> objects, Set<ObjectKey> refused, boolean incomplete, List<Problem> problems) {}

    /** Reads the text of a file. */
    static Result read(String text, String file, Reading reading) {
        ObjectReader reader = new ObjectReader(file, reading);
        try {
            for (YamlValue document : YamlReader.read(text)) {
                reader.document(document);
            }
        } catch (YamlProblem e) {
            return new Result(List.of(), Set.of(), true, List.of(e.in(file)));
        }
        return new Result(reader.objects, reader.refused, reader.unnamedRefused, reader.problems);
    }

    private void document(YamlValue document) {
        if (!(document instanceof Mapping mapping)) {
            notAnObject(document, document.description() + " stands where an object belongs");
            return;
        }
        String apiVersion = plainText(mapping, "apiVersion");
        String kindText = plainText(mapping, "kind");
        if (apiVersion == null || kindText == null) {
            notAnObject(document, "an object needs apiVersion and kind");
            return;
        }
        if (kindText.equals("List") && apiVersion.equals("v1")) {
            if (mapping.find("items") instanceof Sequence items) {
                items.items().forEach(this::document);
            }
            return;
        }
        int slash = apiVersion.indexOf('/');
        String group = slash < 0 ? "" : apiVersion.substring(0, slash);
        Kind kind = kind(kindText, group);
        if (kind == null) {
            return;
        }
        object(mapping, kind, apiVersion);
    }

    /** Reads one object of a known kind, whatever it says about its kind and version itself. */
    static Result of(Mapping mapping, Kind kind, Reading reading) {
        ObjectReader reader = new ObjectReader("", reading);
        reader.object(mapping, kind, null);
        return new Result(reader.objects, reader.refused, reader.unnamedRefused, reader.problems);
    }

    private void object(Mapping mapping, Kind kind, @Nullable String apiVersion) {
        Findings findings = new Findings();
        boolean checked = reading == Reading.CHECKED;
        Fields object = new Fields(mapping, "", findings, checked ? Spelling.STRICT : Spelling.JSON);
        ObjectMeta meta = new MetadataReader(reading).read(object, kind, DEFAULT_NAMESPACE);
        List<String> versions = ApiNames.versions(kind);
        if (apiVersion != null && !versions.contains(apiVersion.substring(apiVersion.indexOf('/') + 1))) {
            object.found(
                    ProblemCode.UNSUPPORTED_VERSION,
                    "apiVersion",
                    apiVersion + " is not read",
                    "expected version " + String.join(" or ", versions));
        }
        boolean isProtobuf = !checked && ApiNames.group(kind).endsWith(".istio.io");
        KubeObject read = object(kind, isProtobuf ? object.in(Spelling.PROTOBUF) : object, meta);
        if (checked) {
            String version = apiVersion == null ? "" : apiVersion.substring(apiVersion.indexOf('/') + 1);
            Schema schema = Schemas.of(kind, version);
            if (schema != null) {
                SchemaCheck.object(mapping, schema, findings);
            }
            if (findings.isEmpty()) {
                TrafficChecks.object(object, read);
            }
        }
        if (findings.isEmpty()) {
            objects.add(new Placed(read, mapping.line()));
            return;
        }
        String label = meta.name().isEmpty() ? kind.text() : read.key().toString();
        findings.all().stream()
                .sorted(Comparator.comparingInt(Finding::line).thenComparingInt(Finding::column))
                .forEach(finding -> problems.add(finding.in(file, label)));
        if (meta.name().isEmpty()) {
            unnamedRefused = true;
        } else {
            refused.add(read.key());
        }
    }

    private KubeObject object(Kind kind, Fields object, ObjectMeta meta) {
        return switch (kind) {
            case NAMESPACE -> new Namespace(meta);
            case NODE -> new Node(meta);
            case SERVICE_ACCOUNT -> new ServiceAccount(meta);
            case POD -> core.pod(object, meta);
            case SERVICE -> core.service(object, meta);
            case ENDPOINT_SLICE -> core.endpointSlice(object, meta);
            case AUTHORIZATION_POLICY -> istio.authorizationPolicy(object, meta);
            case PEER_AUTHENTICATION -> istio.peerAuthentication(object, meta);
            case SERVICE_ENTRY -> network.serviceEntry(object, meta);
            case WORKLOAD_ENTRY -> network.workloadEntry(object, meta);
            case GATEWAY_CLASS -> network.gatewayClass(object, meta);
            case GATEWAY -> network.gateway(object, meta);
            case CONFIG_MAP -> network.configMap(object, meta);
            case HTTP_ROUTE -> RouteObjects.httpRoute(object, meta);
            case GRPC_ROUTE -> RouteObjects.grpcRoute(object, meta);
            case TLS_ROUTE -> RouteObjects.tlsRoute(object, meta);
            case TCP_ROUTE -> RouteObjects.tcpRoute(object, meta);
            case REFERENCE_GRANT -> RouteObjects.referenceGrant(object, meta);
            case BACKEND_TLS_POLICY -> RouteObjects.backendTlsPolicy(object, meta);
            case VIRTUAL_SERVICE -> TrafficObjects.virtualService(object, meta);
            case DESTINATION_RULE -> DestinationRules.destinationRule(object, meta);
            case REQUEST_AUTHENTICATION -> ReportObjects.requestAuthentication(object, meta);
            case TELEMETRY -> ReportObjects.telemetry(object, meta);
        };
    }

    private void notAnObject(YamlValue at, String reason) {
        problems.add(new Problem(
                ProblemCode.NOT_AN_OBJECT,
                file,
                at.line(),
                at.column(),
                "",
                "",
                reason,
                "a folder of objects holds nothing else"));
        unnamedRefused = true;
    }

    /** Returns the kind that objects of a group call so, null when they are passed over. */
    static @Nullable Kind kind(String text, String group) {
        for (Kind kind : Kind.values()) {
            if (kind.text().equals(text) && group.equals(ApiNames.group(kind))) {
                return kind;
            }
        }
        return null;
    }

    private static @Nullable String plainText(Mapping mapping, String name) {
        return mapping.find(name) instanceof Scalar scalar ? scalar.text() : null;
    }
}
