package mesh.ambit.istiod.push;

import com.google.gson.JsonObject;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import mesh.ambit.istiod.issuer.CallerIdentity;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import mesh.ambit.protocol.discovery.Resource;
import org.jspecify.annotations.Nullable;

/**
 * Answers the types by which a command line looks into a controller over xDS: {@value #SYNCZ}, whose resources are
 * {@code envoy.service.status.v3.ClientConfig}, and {@value #PAGES}, whose one name is a page below {@code /debug}.
 *
 * <p>Only proven callers are answered; those of other namespaces than the system's see none of the pages, and the clients of
 * their own namespace unless it is one of those that may see all.
 */
public final class DebugAnswers {
    static final String PAGES = "istio.io/debug";
    static final String SYNCZ = "istio.io/debug/syncz";

    /** Pages that speak of one proxy only, so that whoever may be that proxy may see them. */
    private static final Set<String> FOR_ANYBODY = Set.of("config_dump", "ndsz", "edsz");

    private final String systemNamespace;
    private final Set<String> allowed;
    private final String identifier;
    private final Supplier<List<ClientStatus>> clients;
    private final Pages pages;

    /** The debug pages, by name. */
    @FunctionalInterface
    public interface Pages {
        /** Returns the text of {@code name}, like {@code syncz?namespace=shop}; null if there is no such page. */
        @Nullable
        String text(String name);
    }

    /** A response; without a nonce that anybody has to acknowledge. */
    record Answer(String typeUrl, String controlPlane, List<EncodedResource> resources) {
        /** Returns what it is counted as: one of a few, while a client may ask for whatever it likes. */
        String label() {
            return typeUrl.equals(SYNCZ) ? SYNCZ : PAGES;
        }
    }

    /**
     * Creates one.
     *
     * @param systemNamespace whose callers see everything
     * @param allowed other namespaces whose callers see all clients
     * @param replica which of several controllers this is
     */
    public DebugAnswers(
            String systemNamespace,
            Set<String> allowed,
            String replica,
            String version,
            Supplier<List<ClientStatus>> clients,
            Pages pages) {
        this.systemNamespace = systemNamespace;
        this.allowed = Set.copyOf(allowed);
        this.identifier = identifier(replica, version);
        this.clients = clients;
        this.pages = pages;
    }

    static boolean isDebug(String typeUrl) {
        return typeUrl.equals(PAGES) || typeUrl.startsWith(PAGES + "/");
    }

    /** Returns whether a caller of {@code namespace} may see the page {@code name}. */
    public boolean maySee(String namespace, String name) {
        return namespace.equals(systemNamespace) || FOR_ANYBODY.contains(name);
    }

    /**
     * Returns the answer to {@code request}.
     *
     * @throws io.grpc.StatusRuntimeException for a caller who may not ask, or a request that makes no sense
     */
    Answer answer(DeltaDiscoveryRequest request, @Nullable CallerIdentity caller, String connection) {
        if (caller == null) {
            throw Status.UNAUTHENTICATED
                    .withDescription("authentication required")
                    .asRuntimeException();
        }
        return switch (request.getTypeUrl()) {
            case SYNCZ -> new Answer(SYNCZ, identifier, syncz(caller.namespace(), connection));
            case PAGES -> page(request, caller);
            default -> new Answer(request.getTypeUrl(), "", List.of());
        };
    }

    private List<EncodedResource> syncz(String namespace, String connection) {
        List<EncodedResource> resources = new ArrayList<>();
        for (ClientStatus client : clients.get()) {
            boolean visible = namespace.equals(systemNamespace)
                    || allowed.contains(namespace)
                    || client.namespace().equals(namespace);
            // Whoever only asks how the others are is no client.
            if (visible && !client.connection().equals(connection)) {
                resources.add(EncodedResource.of(Resource.newBuilder()
                        .setName(client.proxy())
                        .setResource(Any.newBuilder()
                                .setTypeUrl(ClientConfigWire.TYPE_URL)
                                .setValue(ClientConfigWire.encode(client)))
                        .build()));
            }
        }
        return resources;
    }

    private Answer page(DeltaDiscoveryRequest request, CallerIdentity caller) {
        if (request.getResourceNamesSubscribeCount() != 1) {
            throw Status.INVALID_ARGUMENT
                    .withDescription("exactly one debug request is required")
                    .asRuntimeException();
        }
        String name = request.getResourceNamesSubscribe(0);
        int query = name.indexOf('?');
        String path = query < 0 ? name : name.substring(0, query);
        if (!maySee(caller.namespace(), path)) {
            throw Status.PERMISSION_DENIED
                    .withDescription("the debug info is not available for current identity: \"" + caller.id() + "\"")
                    .asRuntimeException();
        }
        String text = pages.text(name);
        return new Answer(
                PAGES,
                "",
                List.of(EncodedResource.of(Resource.newBuilder()
                        .setName(name)
                        .setResource(Any.newBuilder()
                                .setTypeUrl(PAGES)
                                .setValue(ByteString.copyFromUtf8(text == null ? "404 page not found\n" : text)))
                        .build())));
    }

    private static String identifier(String replica, String version) {
        JsonObject info = new JsonObject();
        info.addProperty("version", version);
        JsonObject identifier = new JsonObject();
        identifier.addProperty("Component", "istiod");
        identifier.addProperty("ID", replica);
        identifier.add("Info", info);
        return identifier.toString();
    }
}
