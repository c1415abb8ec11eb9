package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What a folder says at one moment.
 *
 * @param objects every valid object; one that became invalid stays as it last was
 * @param problems everything wrong at the moment, by file and place
 * @param newProblems those among {@code problems} that the snapshot before did not have: what is worth a message
 */
public record FolderSnapshot(ObjectSet objects, List<Problem> problems, List<Problem> newProblems) {
    /** An empty folder. */
    public static final FolderSnapshot EMPTY = new FolderSnapshot(ObjectSet.EMPTY, List.of(), List.of());

    public FolderSnapshot {
        requireNonNull(objects, "objects");
        problems = List.copyOf(problems);
        newProblems = List.copyOf(newProblems);
    }
}
