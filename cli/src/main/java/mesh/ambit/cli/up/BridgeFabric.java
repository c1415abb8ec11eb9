package mesh.ambit.cli.up;

import java.net.InetAddress;
import java.util.List;
import mesh.ambit.node.app.EmbeddedFabric;

/** The fabric of this machine. */
final class BridgeFabric implements Fabric {
    private final StateFolder state;

    BridgeFabric(StateFolder state) {
        this.state = state;
    }

    @Override
    public void create() {
        EmbeddedFabric.ensure();
    }

    @Override
    public void add(Instance instance) {
        EmbeddedFabric.attach(
                instance.namespace(),
                List.of(InetAddress.ofLiteral(instance.address()), InetAddress.ofLiteral(instance.address6())));
    }

    @Override
    public void remove(Instance instance) {
        EmbeddedFabric.remove(instance.namespace());
    }

    @Override
    public void destroy() {
        EmbeddedFabric.sweep(state.root());
    }
}
