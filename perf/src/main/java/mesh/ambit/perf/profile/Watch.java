package mesh.ambit.perf.profile;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import mesh.ambit.perf.lab.LabProcess;

/** Watches both programs of a pair, from its making until it is asked. */
public final class Watch implements AutoCloseable {
    private static final List<String> NODES = List.of("client", "server");

    private final List<Watched> programs = new ArrayList<>();

    private record Watched(String node, long pid, Sampler sampler, ThreadTimes before) {}

    /**
     * Begins.
     *
     * @param programs the client's node's first; JVMs
     * @param folder for files that go with the lab
     * @throws mesh.ambit.perf.lab.LabException if one of them cannot be sampled
     * @throws mesh.ambit.linux.CommandException if one of them is no JVM, or none that answers
     */
    public Watch(List<LabProcess> programs, Path folder) {
        try {
            for (int i = 0; i < programs.size(); i++) {
                long pid = programs.get(i).process().pid();
                this.programs.add(new Watched(NODES.get(i), pid, Sampler.start(pid, folder), ThreadTimes.of(pid)));
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Returns where their time went since. */
    public List<Profile> end() {
        return programs.stream()
                .map(watched -> Profile.of(
                        watched.node(),
                        ThreadTimes.of(watched.pid()).since(watched.before()),
                        watched.sampler().stop()))
                .toList();
    }

    @Override
    public void close() {
        programs.forEach(watched -> watched.sampler().close());
    }
}
