package mesh.ambit.istiod.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.function.Supplier;
import mesh.ambit.istiod.kube.api.ApiException;
import mesh.ambit.istiod.kube.api.ApiResource;
import mesh.ambit.istiod.kube.api.ApiServer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the configuration by which the API server has objects validated: the root by which it knows us, and, once it is
 * seen to refuse an invalid object, that nothing is stored without being asked about. Until then what cannot be asked
 * about is let through, so that a controller which is not there yet keeps nobody from working.
 */
public final class AdmissionHook implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdmissionHook.class);
    private static final ApiResource HOOKS =
            ApiResource.of("admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations");

    /** Of a kind that could do no harm if it were stored, which with {@code dryRun} it is not. */
    private static final ApiResource TELEMETRIES = ApiResource.of("telemetry.istio.io", "v1", "telemetries");

    private static final Duration PACE = Duration.ofSeconds(5);
    private static final String FAIL = "Fail";

    private final ApiServer server;
    private final String systemNamespace;
    private final Supplier<String> bundle;
    private final Thread worker;

    private AdmissionHook(ApiServer server, String systemNamespace, Supplier<String> bundle) {
        this.server = server;
        this.systemNamespace = systemNamespace;
        this.bundle = bundle;
        this.worker = Thread.ofVirtual().name("admission hook").start(this::run);
    }

    /**
     * Begins.
     *
     * @param bundle roots by which the API server is to know us, as PEM
     */
    public static AdmissionHook start(ApiServer server, String systemNamespace, Supplier<String> bundle) {
        return new AdmissionHook(server, systemNamespace, bundle);
    }

    /** Returns the name of the configuration; where there is none of it, nothing is kept. */
    static String name(String systemNamespace) {
        return "istio-validator-" + systemNamespace;
    }

    private void run() {
        String said = "";
        try {
            while (true) {
                String trouble = "";
                try {
                    settle();
                } catch (ApiException e) {
                    boolean expected = e.code() == ApiException.NOT_FOUND || e.code() == ApiException.CONFLICT;
                    trouble = expected ? "" : e.toString();
                } catch (IOException | RuntimeException e) {
                    trouble = e.toString();
                }
                if (!trouble.equals(said)
                        && !trouble.isEmpty()
                        && !Thread.currentThread().isInterrupted()) {
                    LOG.warn("{}: {}, trying again", name(systemNamespace), trouble);
                }
                said = trouble;
                Thread.sleep(PACE);
            }
        } catch (InterruptedException e) {
            LOG.debug("{}: another controller keeps it, or we end", name(systemNamespace));
        }
    }

    private void settle() throws IOException {
        String path = HOOKS.object("", name(systemNamespace));
        JsonNode hook = server.get(path);
        boolean asked = refuses(hook, bundle.get()) || isRefused();
        ObjectNode change = change(hook, bundle.get(), asked);
        if (change != null) {
            server.merge(path, change);
            LOG.info("{}: {}", name(systemNamespace), asked ? "invalid objects are refused" : "root put right");
        }
    }

    /** Returns whether the configuration is as it is to be in the end. */
    private static boolean refuses(JsonNode hook, String bundle) {
        return change(hook, bundle, true) == null;
    }

    /** Returns whether an object that nothing but our checks refuses is refused. */
    private boolean isRefused() throws IOException {
        try {
            server.create(TELEMETRIES.in(systemNamespace).path("v1") + "?dryRun=All", invalid(systemNamespace));
            return false;
        } catch (ApiException e) {
            String message = e.getMessage();
            if (message != null && message.contains("denied the request")) {
                return true;
            }
            if (e.code() == ApiException.NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }

    /**
     * Returns an object that nothing but a webhook's checks refuses, ours and upstream's alike: a schema cannot say that
     * the name of a tag must not be empty.
     */
    static ObjectNode invalid(String namespace) {
        ObjectNode object = ApiServer.object("telemetry.istio.io/v1", "Telemetry", "ambit-self-test");
        if (object.path("metadata") instanceof ObjectNode metadata) {
            metadata.put("namespace", namespace);
        }
        ObjectNode tags =
                object.putObject("spec").putArray("tracing").addObject().putObject("customTags");
        tags.putObject("").putObject("literal").put("value", "nothing");
        return object;
    }

    /** Returns what to merge into the configuration; null when it is as it is to be. Pure. */
    static @Nullable ObjectNode change(JsonNode hook, String bundle, boolean asked) {
        String root = Base64.getEncoder().encodeToString(bundle.getBytes(StandardCharsets.UTF_8));
        ArrayNode webhooks = JsonNodeFactory.instance.arrayNode();
        for (JsonNode each : hook.path("webhooks")) {
            ObjectNode webhook = each.deepCopy();
            if (webhook.path("clientConfig") instanceof ObjectNode client) {
                client.put("caBundle", root);
            }
            if (asked) {
                webhook.put("failurePolicy", FAIL);
            }
            webhooks.add(webhook);
        }
        if (webhooks.equals(hook.path("webhooks")) || webhooks.isEmpty()) {
            return null;
        }
        ObjectNode change = JsonNodeFactory.instance.objectNode();
        change.putObject("metadata")
                .put(
                        "resourceVersion",
                        hook.path("metadata").path("resourceVersion").asText(""));
        change.set("webhooks", webhooks);
        return change;
    }

    /** Stops; what is configured stays. */
    @Override
    public void close() {
        worker.interrupt();
    }
}
