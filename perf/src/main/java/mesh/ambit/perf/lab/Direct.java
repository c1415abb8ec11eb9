package mesh.ambit.perf.lab;

import java.net.InetSocketAddress;
import java.util.List;
import mesh.ambit.perf.lab.LabNet.Place;

/** Plain TCP from pod to pod: what the machine can do without anybody in between. */
record Direct(Place client, Place server) implements Subject {
    static final String NAME = "direct";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "TCP between the pods, nothing in between and nothing encrypted";
    }

    @Override
    public InetSocketAddress target(int port) {
        return new InetSocketAddress(server.address(), port);
    }

    @Override
    public List<LabProcess> programs() {
        return List.of();
    }

    @Override
    public void start() {}

    @Override
    public void stop() {}
}
