package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

/**
 * A class of gateways.
 *
 * @param controllerName who looks after gateways of this class; empty when not given
 */
public record GatewayClass(ObjectMeta metadata, String controllerName) implements KubeObject {
    public GatewayClass {
        requireNonNull(metadata, "metadata");
        requireNonNull(controllerName, "controllerName");
    }

    @Override
    public Kind kind() {
        return Kind.GATEWAY_CLASS;
    }
}
