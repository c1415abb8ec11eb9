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
import mesh.ambit.kube.ProblemCode;
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
    private final String revision;
    private final Supplier<String> bundle;
    private final Thread worker;

    private AdmissionHook(ApiServer server, String systemNamespace, String revision, Supplier<String> bundle) {
        this.server = server;
        this.systemNamespace = systemNamespace;
        this.revision = revision;
        this.bundle = bundle;
        this.worker = Thread.ofVirtual().name("admission hook").start(this::run);
    }

    /**
     * Begins.
     *
     * @param revision of the controller; empty or {@code default} for the one whose objects need no label
     * @param bundle roots by which the API server is to know us, as PEM
     */
    public static AdmissionHook start(
            ApiServer server, String systemNamespace, String revision, Supplier<String> bundle) {
        return new AdmissionHook(server, systemNamespace, isDefault(revision) ? "" : revision, bundle);
    }

    private static boolean isDefault(String revision) {
        return revision.isEmpty() || revision.equals("default");
    }

    /**
     * Returns the name of the configuration, as the reference's installation gives it; where there is none of it, nothing
     * is kept.
     *
     * @param revision empty for the default one
     */
    static String name(String systemNamespace, String revision) {
        return "istio-validator-" + (revision.isEmpty() ? "" : revision + "-") + systemNamespace;
    }

    private void run() {
        String name = name(systemNamespace, revision);
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
                    LOG.warn("{}: {}, trying again", name, trouble);
                }
                said = trouble;
                Thread.sleep(PACE);
            }
        } catch (InterruptedException e) {
            LOG.debug("{}: another controller keeps it, or we end", name);
        }
    }

    /**
     * Does the next thing that the configuration lacks. The root comes first: with {@code Fail} and a root by which nobody
     * knows us, nothing could be tried, nor stored by anybody.
     */
    private void settle() throws IOException {
        String name = name(systemNamespace, revision);
        String path = HOOKS.object("", name);
        JsonNode hook = server.get(path);
        String roots = bundle.get();
        ObjectNode known = change(hook, roots, false);
        if (known != null) {
            server.merge(path, known);
            LOG.info("{}: root put right", name);
            return;
        }
        ObjectNode raised = change(hook, roots, true);
        if (raised != null && isRefused()) {
            server.merge(path, raised);
            LOG.info("{}: invalid objects are refused", name);
        }
    }

    /** Returns whether an object that nothing but a webhook's checks refuses is refused, in our words and not in another's. */
    private boolean isRefused() throws IOException {
        try {
            server.create(
                    TELEMETRIES.in(systemNamespace).path("v1") + "?dryRun=All", invalid(systemNamespace, revision));
            return false;
        } catch (ApiException e) {
            String message = e.getMessage();
            if (message != null && message.contains("denied the request")) {
                return message.contains("[" + ProblemCode.MISSING_FIELD + "]");
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
     *
     * @param revision whose controller is to be asked about it; empty for the default one
     */
    static ObjectNode invalid(String namespace, String revision) {
        ObjectNode object = ApiServer.object("telemetry.istio.io/v1", "Telemetry", "ambit-self-test");
        if (object.path("metadata") instanceof ObjectNode metadata) {
            metadata.put("namespace", namespace);
            if (!revision.isEmpty()) {
                metadata.putObject("labels").put("istio.io/rev", revision);
            }
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
