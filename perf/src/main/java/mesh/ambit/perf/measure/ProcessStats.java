package mesh.ambit.perf.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import mesh.ambit.perf.lab.LabProcess;

/** What the kernel says of programs, with whatever they have started. A process that has just ended counts nothing. */
final class ProcessStats {
    /** The kernel's unit of time in /proc, the same on every Linux of today. */
    private static final double TICKS_PER_SECOND = 100;

    private static final int USER_TICKS = 11;
    private static final int SYSTEM_TICKS = 12;

    private ProcessStats() {}

    /** Returns the processor time that {@code programs} have used so far, all threads, user and system, in seconds. */
    static double cpuSeconds(List<LabProcess> programs) {
        return sum(programs, ProcessStats::cpuSeconds);
    }

    /** Returns resident memory in MB, 10^6 bytes: pages that several programs share count for each. */
    static double residentMegabytes(LabProcess program) {
        return sum(List.of(program), process -> number(process, "status", "VmRSS:")) * 1024 / 1e6;
    }

    /** Returns resident memory in MB in which shared pages are shared out among those that use them. */
    static double proportionalMegabytes(LabProcess program) {
        return sum(List.of(program), process -> number(process, "smaps_rollup", "Pss:")) * 1024 / 1e6;
    }

    /** Returns the number of threads. */
    static double threads(LabProcess program) {
        return sum(List.of(program), process -> number(process, "status", "Threads:"));
    }

    private static double sum(List<LabProcess> programs, ToDoubleFunction<ProcessHandle> value) {
        return programs.stream()
                .map(LabProcess::process)
                .flatMap(process -> Stream.concat(Stream.of(process.toHandle()), process.descendants()))
                .mapToDouble(value)
                .sum();
    }

    private static double cpuSeconds(ProcessHandle process) {
        try {
            return parseCpuSeconds(Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat")));
        } catch (IOException e) {
            return 0;
        }
    }

    /** Reads a line of /proc/PID/stat, in which the second field may contain anything. */
    static double parseCpuSeconds(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS])) / TICKS_PER_SECOND;
    }

    private static double number(ProcessHandle process, String file, String field) {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(process.pid()), file))) {
            return lines.filter(line -> line.startsWith(field))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }
}
