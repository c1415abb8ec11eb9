package mesh.ambit.istiod.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import mesh.ambit.istiod.kube.api.ApiServer;
import org.jspecify.annotations.Nullable;

/**
 * The classes of gateways that a mesh knows.
 *
 * @param waypoints whether there is one for waypoints, and somebody to look after them
 * @param severalNetworks whether there is one for gateways between networks
 */
public record GatewayClasses(boolean waypoints, boolean severalNetworks) {
    /** Controller of waypoints. */
    static final String MESH_CONTROLLER = "istio.io/mesh-controller";

    /** Controller of gateways that stand elsewhere: they are read, and nothing is made for them. */
    static final String UNMANAGED_CONTROLLER = "istio.io/unmanaged-gateway";

    /** Controller of gateways between networks. */
    static final String EAST_WEST_CONTROLLER = "istio.io/eastwest-controller";

    /** A class that is created where it is missing. */
    record Known(String name, String controller, String description) {
        ObjectNode object() {
            ObjectNode object = ApiServer.object("gateway.networking.k8s.io/v1", "GatewayClass", name);
            object.putObject("spec").put("controllerName", controller).put("description", description);
            return object;
        }
    }

    /** Returns the classes to create. */
    List<Known> all() {
        List<Known> classes = new ArrayList<>();
        classes.add(new Known(
                "istio", "istio.io/gateway-controller", "Gateways into the mesh; this controller deploys none"));
        if (waypoints) {
            classes.add(new Known("istio-waypoint", MESH_CONTROLLER, "Waypoints of the mesh"));
        }
        classes.add(new Known(
                "istio-remote", UNMANAGED_CONTROLLER, "Gateways of other clusters; nothing is deployed for them"));
        if (severalNetworks) {
            classes.add(
                    new Known("istio-east-west", EAST_WEST_CONTROLLER, "Gateways between the networks of the mesh"));
        }
        return classes;
    }

    /** Returns whether {@code object} is of a controller that we are. */
    boolean isOurs(JsonNode object) {
        String controller = controller(object);
        return (waypoints && controller.equals(MESH_CONTROLLER))
                || controller.equals(UNMANAGED_CONTROLLER)
                || (severalNetworks && controller.equals(EAST_WEST_CONTROLLER));
    }

    /** Returns whether something is deployed for gateways of a controller. */
    static boolean isDeployed(String controller) {
        return controller.equals(MESH_CONTROLLER) || controller.equals(EAST_WEST_CONTROLLER);
    }

    /** Returns who looks after the gateways of a class; empty if there is no such class. */
    static String controller(@Nullable JsonNode object) {
        return object == null ? "" : object.path("spec").path("controllerName").asText("");
    }
}
