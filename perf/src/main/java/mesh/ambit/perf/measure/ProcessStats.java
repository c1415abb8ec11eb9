package mesh.ambit.perf.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import mesh.ambit.perf.lab.LabProcess;
import mesh.ambit.perf.profile.CpuTime;

/** What the kernel says of programs, with whatever they have started. A process that has just ended counts nothing. */
final class ProcessStats {
    private ProcessStats() {}

    /** Returns the processor time that {@code programs} have used so far, all threads. */
    static CpuTime cpu(List<LabProcess> programs) {
        return processes(programs).map(ProcessStats::cpu).reduce(CpuTime.NONE, CpuTime::plus);
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
        return processes(programs).mapToDouble(value).sum();
    }

    private static Stream<ProcessHandle> processes(List<LabProcess> programs) {
        return programs.stream()
                .map(LabProcess::process)
                .flatMap(process -> Stream.concat(Stream.of(process.toHandle()), process.descendants()));
    }

    private static CpuTime cpu(ProcessHandle process) {
        try {
            return CpuTime.ofStat(Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat")));
        } catch (IOException e) {
            return CpuTime.NONE;
        }
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
