package mesh.ambit.istiod.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Which version of the controller deploys for a Gateway. Several can be there while one is replaced by another: the
 * newest wins, and an older one leaves alone what it has touched. Numbers are the reference's.
 */
enum ControllerVersion {
    /** A newer controller deploys for this Gateway. */
    NEWER,
    /** We do. */
    OURS,
    /** An older one did, or nobody yet; from now on we do, and say so. */
    OLDER;

    static final String ANNOTATION = "gateway.istio.io/controller-version";

    /** The version whose objects ours are. */
    static final int PRESENT = 5;

    private static final int MAX_DIGITS = 9;

    static ControllerVersion of(JsonNode gateway) {
        JsonNode annotation = gateway.path("metadata").path("annotations").path(ANNOTATION);
        if (annotation.isMissingNode()) {
            return OLDER;
        }
        String text = annotation.asText("");
        if (!text.matches("[-+]?[0-9]{1," + MAX_DIGITS + "}")) {
            // Not of a scheme that we know: of somebody who came after us.
            return NEWER;
        }
        int written = Integer.parseInt(text);
        if (written > PRESENT) {
            return NEWER;
        }
        return written == PRESENT ? OURS : OLDER;
    }

    /** Returns what to merge into a Gateway that we deploy for from now on. */
    static ObjectNode claim() {
        ObjectNode change = JsonNodeFactory.instance.objectNode();
        change.putObject("metadata").putObject("annotations").put(ANNOTATION, Integer.toString(PRESENT));
        return change;
    }
}
