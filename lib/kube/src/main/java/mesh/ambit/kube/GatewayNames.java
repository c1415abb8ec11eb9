package mesh.ambit.kube;

import java.util.List;

/** What upstream's admission webhook refuses in the names of gateways that a VirtualService is for. */
final class GatewayNames {
    private GatewayNames() {}

    /** Checks {@code gateways}; as upstream, those after the first without a namespace are not looked at. */
    static void check(Fields spec, List<String> gateways) {
        for (int i = 0; i < gateways.size(); i++) {
            String gateway = gateways.get(i);
            int slash = gateway.indexOf('/');
            boolean isGateway = slash < 0
                    ? Hosts.isResolvable(gateway)
                    : Hosts.isLabel(gateway.substring(0, slash)) && Hosts.isLabel(gateway.substring(slash + 1));
            if (!isGateway) {
                spec.foundItem(
                        ProblemCode.INVALID_NAME,
                        "gateways",
                        i,
                        "\"" + gateway + "\" is no gateway",
                        "expected mesh, or a name, perhaps after a namespace and a slash");
            }
            if (slash < 0) {
                return;
            }
        }
    }
}
