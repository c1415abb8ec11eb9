package mesh.ambit.perf.measure;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mesh.ambit.linux.CommandException;
import mesh.ambit.perf.profile.Jcmd;

/** What a JVM says of its own memory, by {@code jcmd}; nothing of a program that is none. */
final class JavaMemory {
    /** The JVM option without which native memory stays its secret. */
    static final String OPTION = "-XX:NativeMemoryTracking=summary";

    private static final double BYTES_PER_KIB = 1024;
    private static final Pattern HEAP = Pattern.compile("(?m)total (\\d+)K, used (\\d+)K");
    private static final Pattern TOTAL = Pattern.compile("(?m)^Total: reserved=\\d+KB, committed=(\\d+)KB");
    private static final Pattern OTHER = Pattern.compile("(?m)Other \\(reserved=\\d+KB, committed=(\\d+)KB\\)");

    private JavaMemory() {}

    /** Returns heap in use after a full collection, all native memory, and memory outside of the heap, in MB. */
    static Map<String, Double> look(long pid) {
        Map<String, Double> seen = new TreeMap<>();
        try {
            Jcmd.ask(pid, "GC.run");
            seen.putAll(parseHeap(Jcmd.ask(pid, "GC.heap_info")));
            seen.putAll(parseNative(Jcmd.ask(pid, "VM.native_memory", "summary")));
        } catch (CommandException e) {
            // No JVM, or one that does not answer: what it has said so far is all there is.
        }
        return seen;
    }

    /** Adds up the generations of a serial heap. */
    static Map<String, Double> parseHeap(String info) {
        Map<String, Double> seen = new TreeMap<>();
        double used = 0;
        Matcher matcher = HEAP.matcher(info);
        while (matcher.find()) {
            used += Double.parseDouble(matcher.group(2));
        }
        if (used > 0) {
            seen.put("heap", used * BYTES_PER_KIB / 1e6);
        }
        return seen;
    }

    static Map<String, Double> parseNative(String summary) {
        Map<String, Double> seen = new TreeMap<>();
        Matcher total = TOTAL.matcher(summary);
        if (total.find()) {
            seen.put("native", Double.parseDouble(total.group(1)) * BYTES_PER_KIB / 1e6);
        }
        Matcher other = OTHER.matcher(summary);
        if (other.find()) {
            seen.put("direct", Double.parseDouble(other.group(1)) * BYTES_PER_KIB / 1e6);
        }
        return seen;
    }
}
