package mesh.ambit.perf.profile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Processor time of a process by the names of its threads, since they began. A thread that has ended is not in it.
 *
 * @param byName what all threads of a name have used; the kernel cuts names after 15 bytes
 */
public record ThreadTimes(Map<String, CpuTime> byName) {
    public ThreadTimes {
        byName = Map.copyOf(byName);
    }

    /** Returns what the threads of {@code pid} have used so far; nothing if there is no such process. */
    static ThreadTimes of(long pid) {
        Map<String, CpuTime> times = new HashMap<>();
        for (Path thread : threads(pid)) {
            try {
                add(times, Files.readString(thread.resolve("stat")));
            } catch (IOException e) {
                // It has just ended.
            }
        }
        return new ThreadTimes(times);
    }

    private static List<Path> threads(long pid) {
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            return threads.toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static void add(Map<String, CpuTime> times, String stat) {
        String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
        times.merge(name, CpuTime.ofStat(stat), CpuTime::plus);
    }

    /** Returns what was used since {@code before}. */
    ThreadTimes since(ThreadTimes before) {
        Map<String, CpuTime> used = new HashMap<>();
        byName.forEach((name, time) -> used.put(name, time.since(before.byName.getOrDefault(name, CpuTime.NONE))));
        return new ThreadTimes(used);
    }

    /** Returns all of it. */
    public CpuTime all() {
        return byName.values().stream().reduce(CpuTime.NONE, CpuTime::plus);
    }

    /** Returns what the threads used that run the virtual machine's compilers. */
    double compilerSeconds() {
        return seconds("C1 CompilerThre", "C2 CompilerThre", "C1 Compiler", "C2 Compiler");
    }

    /** Returns what other threads of the virtual machine used, which run no Java. */
    double machineSeconds() {
        return seconds(
                "VM Thread",
                "VM Periodic",
                "GC Thread",
                "G1 ",
                "JFR ",
                "Service Thread",
                "Monitor Deflati",
                "Signal Dispatch");
    }

    private double seconds(String... beginnings) {
        return byName.entrySet().stream()
                .filter(each -> Stream.of(beginnings).anyMatch(each.getKey()::startsWith))
                .mapToDouble(each -> each.getValue().total())
                .sum();
    }
}
