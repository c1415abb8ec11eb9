package mesh.ambit.wire;

import java.util.ArrayList;
import java.util.List;
import mesh.ambit.model.AppProtocol;
import mesh.ambit.model.Port;

/** Ports. The wire has 32 bits for them; of a number that is too large the low 16 bits count, as upstream has it. */
final class PortWire {
    private PortWire() {}

    static int low16Bits(int port) {
        return port & 0xffff;
    }

    static List<Port> fromProto(List<mesh.ambit.protocol.workload.Port> sent) {
        List<Port> ports = new ArrayList<>(sent.size());
        for (mesh.ambit.protocol.workload.Port port : sent) {
            ports.add(new Port(
                    low16Bits(port.getServicePort()),
                    low16Bits(port.getTargetPort()),
                    Enums.orElse(AppProtocol.values(), port.getAppProtocolValue(), AppProtocol.UNKNOWN)));
        }
        return ports;
    }

    static List<mesh.ambit.protocol.workload.Port> toProto(List<Port> ports) {
        List<mesh.ambit.protocol.workload.Port> messages = new ArrayList<>(ports.size());
        for (Port port : ports) {
            messages.add(mesh.ambit.protocol.workload.Port.newBuilder()
                    .setServicePort(port.servicePort())
                    .setTargetPort(port.targetPort())
                    .setAppProtocolValue(Enums.number(port.appProtocol()))
                    .build());
        }
        return messages;
    }
}
