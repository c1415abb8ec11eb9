package mesh.ambit.kube;

import java.util.ArrayList;
import java.util.List;

/** Reads the metadata that every object has. */
final class MetadataReader {
    private final Reading reading;

    MetadataReader(Reading reading) {
        this.reading = reading;
    }

    ObjectMeta read(Fields object, Kind kind, String defaultNamespace) {
        Fields fields = object.childOrEmpty("metadata");
        String name = fields.text("name");
        String namespace = kind.isNamespaced() ? fields.text("namespace") : "";
        if (name.isEmpty()) {
            fields.found(ProblemCode.MISSING_FIELD, "name", "an object needs a name", "");
        }
        List<OwnerReference> owners = new ArrayList<>();
        for (Fields owner : fields.children("ownerReferences")) {
            owners.add(new OwnerReference(
                    owner.text("kind"), owner.text("name"), owner.text("uid"), owner.flag("controller")));
        }
        ObjectMeta meta = new ObjectMeta(
                name,
                kind.isNamespaced() && namespace.isEmpty() ? defaultNamespace : namespace,
                fields.text("uid"),
                fields.text("generateName"),
                fields.texts("labels"),
                fields.texts("annotations"),
                fields.time("creationTimestamp"),
                fields.time("deletionTimestamp"),
                owners,
                generation(fields, kind));
        if (reading == Reading.CHECKED) {
            check(fields, kind, meta);
        }
        return meta;
    }

    /** Kinds whose conditions say of which generation they are; of others it would be a change that changes nothing. */
    private static long generation(Fields metadata, Kind kind) {
        return switch (kind) {
            case SERVICE,
                    AUTHORIZATION_POLICY,
                    SERVICE_ENTRY,
                    WORKLOAD_ENTRY,
                    HTTP_ROUTE,
                    GRPC_ROUTE,
                    TLS_ROUTE,
                    TCP_ROUTE -> {
                Double generation = metadata.decimalOrNull("generation");
                yield generation == null ? 0 : generation.longValue();
            }
            case NAMESPACE,
                    NODE,
                    SERVICE_ACCOUNT,
                    POD,
                    ENDPOINT_SLICE,
                    PEER_AUTHENTICATION,
                    GATEWAY_CLASS,
                    GATEWAY,
                    CONFIG_MAP,
                    REFERENCE_GRANT,
                    BACKEND_TLS_POLICY,
                    VIRTUAL_SERVICE,
                    DESTINATION_RULE,
                    REQUEST_AUTHENTICATION,
                    TELEMETRY -> 0;
        };
    }

    private static void check(Fields fields, Kind kind, ObjectMeta meta) {
        if (!meta.name().isEmpty()) {
            switch (kind) {
                case NAMESPACE -> Checks.label(fields, "name", meta.name());
                case SERVICE -> Checks.serviceName(fields, "name", meta.name());
                case NODE,
                        SERVICE_ACCOUNT,
                        POD,
                        ENDPOINT_SLICE,
                        AUTHORIZATION_POLICY,
                        PEER_AUTHENTICATION,
                        SERVICE_ENTRY,
                        WORKLOAD_ENTRY,
                        GATEWAY_CLASS,
                        GATEWAY,
                        CONFIG_MAP,
                        HTTP_ROUTE,
                        GRPC_ROUTE,
                        TLS_ROUTE,
                        TCP_ROUTE,
                        REFERENCE_GRANT,
                        BACKEND_TLS_POLICY,
                        VIRTUAL_SERVICE,
                        DESTINATION_RULE,
                        REQUEST_AUTHENTICATION,
                        TELEMETRY -> Checks.subdomain(fields, "name", meta.name());
            }
        }
        if (kind.isNamespaced()) {
            Checks.label(fields, "namespace", meta.namespace());
        }
        Checks.labels(fields, "labels", meta.labels());
        if (ApiNames.group(kind).endsWith(".istio.io")) {
            Annotations.check(fields, kind, meta.annotations());
        }
    }
}
