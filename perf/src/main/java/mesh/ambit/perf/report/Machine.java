package mesh.ambit.perf.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What was measured on.
 *
 * @param processor as it calls itself
 * @param memory of the whole machine, for people
 * @param congestionControl of its TCP
 */
public record Machine(
        String processor, int processors, String memory, String kernel, String congestionControl, String java) {
    private static final double KILOBYTES_PER_GIB = 1024 * 1024;

    /** Asks the kernel. */
    public static Machine here() {
        return new Machine(
                field("/proc/cpuinfo", "model name"),
                Runtime.getRuntime().availableProcessors(),
                memory(field("/proc/meminfo", "MemTotal")),
                first("/proc/sys/kernel/osrelease"),
                first("/proc/sys/net/ipv4/tcp_congestion_control"),
                Runtime.version().toString());
    }

    private static String memory(String kilobytes) {
        String digits = kilobytes.replaceAll("[^0-9]", "");
        return digits.isEmpty() ? "unknown" : Math.round(Long.parseLong(digits) / KILOBYTES_PER_GIB) + " GiB";
    }

    private static String field(String file, String name) {
        return lines(file).stream()
                .filter(line -> line.startsWith(name) && line.indexOf(':') > 0)
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown");
    }

    private static String first(String file) {
        return lines(file).stream().findFirst().orElse("unknown");
    }

    private static List<String> lines(String file) {
        try {
            return Files.readAllLines(Path.of(file));
        } catch (IOException e) {
            return List.of();
        }
    }
}
