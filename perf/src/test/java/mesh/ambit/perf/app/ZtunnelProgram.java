package mesh.ambit.perf.app;

import java.util.Arrays;
import mesh.ambit.ztunnel.app.ZtunnelCommand;
import picocli.CommandLine;

/** Stands for the launcher: {@code ambit ztunnel} from the class path of a test. */
final class ZtunnelProgram {
    private ZtunnelProgram() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new ZtunnelCommand()).execute(Arrays.copyOfRange(arguments, 1, arguments.length)));
    }
}
