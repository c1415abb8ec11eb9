package mesh.ambit.node.app;

import java.net.InetAddress;
import java.util.Arrays;

/** Calls the fabric from a program of its own, for tests that do not want to meet the machine's. */
final class EmbeddedFabricMain {
    private EmbeddedFabricMain() {}

    public static void main(String[] args) {
        switch (args[0]) {
            case "ensure" -> EmbeddedFabric.ensure();
            case "attach" ->
                EmbeddedFabric.attach(
                        args[1],
                        Arrays.stream(args).skip(2).map(InetAddress::ofLiteral).toList());
            case "remove" -> EmbeddedFabric.remove(args[1]);
            case "sweep" -> EmbeddedFabric.sweep();
            default -> throw new IllegalArgumentException(args[0]);
        }
    }
}
