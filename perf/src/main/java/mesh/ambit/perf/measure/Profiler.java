package mesh.ambit.perf.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import mesh.ambit.linux.CommandException;
import mesh.ambit.perf.lab.Lab;
import mesh.ambit.perf.lab.LabException;
import mesh.ambit.perf.lab.Subject;
import mesh.ambit.perf.measure.Window.Seen;
import mesh.ambit.perf.profile.Breakdown;
import mesh.ambit.perf.profile.Cost;
import mesh.ambit.perf.profile.Profile;
import mesh.ambit.perf.profile.Watch;

/** After everything has been measured: once more the same traffic, to see where the time goes. */
public final class Profiler {
    /** A sample is a thousandth of a second: enough of them for one part in a hundred. */
    private static final int SAMPLED_LOOKS = 3;

    private final Lab lab;
    private final Pace pace;
    private final Consumer<String> progress;
    private final List<String> notes = new ArrayList<>();

    /** Creates a profiler that tells {@code progress} what it does. */
    public Profiler(Lab lab, Pace pace, Consumer<String> progress) {
        this.lab = lab;
        this.pace = pace;
        this.progress = progress;
    }

    /** Returns why something could not be seen, a sentence each. */
    public List<String> notes() {
        return List.copyOf(notes);
    }

    /** Looks at each of {@code measures}, which is left out if it is no plain traffic; {@code ours} alone is sampled. */
    public List<Breakdown> look(List<Measure> measures, String ours) throws InterruptedException {
        List<Breakdown> seen = new ArrayList<>();
        for (Measure measure : measures) {
            if (measure instanceof TrafficMeasure traffic) {
                seen.add(look(traffic, ours));
            }
        }
        return List.copyOf(seen);
    }

    private Breakdown look(TrafficMeasure measure, String ours) throws InterruptedException {
        List<Cost> costs = new ArrayList<>();
        List<Profile> profiles = new ArrayList<>();
        for (Subject subject : lab.subjects()) {
            if (subject.programs().isEmpty()) {
                continue;
            }
            progress.accept("where the time goes: " + measure.name() + ", " + subject.name());
            measure.warmUp(lab, subject, pace);
            Window window = new Window(lab, subject);
            Seen seen = window.run(measure.traffic(), pace.settle(), pace.length());
            double perSecond = measure.unit().perSecond(seen);
            if (Double.isFinite(perSecond)) {
                costs.add(new Cost(subject.name(), seen.cpu().times(perSecond)));
            }
            if (subject.name().equals(ours)) {
                profiles.addAll(sample(measure, subject, window));
            }
        }
        return new Breakdown(measure.name(), measure.unit().title(), costs, profiles);
    }

    private List<Profile> sample(TrafficMeasure measure, Subject subject, Window window) throws InterruptedException {
        window.start(measure.traffic());
        try (Watch watch = new Watch(subject.programs(), lab.folder())) {
            Thread.sleep(pace.length().multipliedBy(SAMPLED_LOOKS));
            return watch.end();
        } catch (LabException | CommandException e) {
            notes.add("No profile of " + measure.name() + ": " + e.getMessage());
            return List.of();
        } finally {
            window.stop(measure.traffic());
        }
    }
}
