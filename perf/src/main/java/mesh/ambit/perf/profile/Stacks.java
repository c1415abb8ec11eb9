package mesh.ambit.perf.profile;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * Where the Java threads of a process were.
 *
 * @param nanos processor time for each stack: its frames as {@code package.Class.method}, innermost first
 */
public record Stacks(Map<List<String>, Long> nanos) {
    static final String SAMPLE = "jdk.CPUTimeSample";

    public Stacks {
        nanos = Map.copyOf(nanos);
    }

    /** Reads a recording. A sample whose stack could not be walked has none. */
    static Stacks read(Path recording) throws IOException {
        Map<List<String>, Long> nanos = new HashMap<>();
        try (RecordingFile file = new RecordingFile(recording)) {
            while (file.hasMoreEvents()) {
                RecordedEvent event = file.readEvent();
                if (event.getEventType().getName().equals(SAMPLE)) {
                    nanos.merge(
                            frames(event), event.getDuration("samplingPeriod").toNanos(), Long::sum);
                }
            }
        }
        return new Stacks(nanos);
    }

    private static List<String> frames(RecordedEvent event) {
        List<String> names = new ArrayList<>();
        if (event.getStackTrace() != null) {
            for (RecordedFrame frame : event.getStackTrace().getFrames()) {
                names.add(frame.getMethod().getType().getName() + "."
                        + frame.getMethod().getName());
            }
        }
        return List.copyOf(names);
    }

    /** Returns all of it, in nanoseconds. */
    public long total() {
        return nanos.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Returns how much of it was spent where, as parts of one. */
    Map<Place, Double> shares() {
        Map<Place, Double> shares = new EnumMap<>(Place.class);
        double all = Math.max(1, total());
        nanos.forEach((frames, time) -> shares.merge(Place.of(frames), time / all, Double::sum));
        return shares;
    }

    /**
     * Returns the stacks in the form that flame graph tools read: frames from the outermost, between semicolons, then
     * microseconds.
     */
    public String collapsed() {
        return nanos.entrySet().stream()
                .map(each -> (each.getKey().isEmpty()
                                ? "(unknown)"
                                : String.join(";", each.getKey().reversed())) + " " + each.getValue() / 1000 + "\n")
                .sorted()
                .collect(Collectors.joining());
    }
}
