package mesh.ambit.kube;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import mesh.ambit.kube.ObjectReader.Placed;
import org.jspecify.annotations.Nullable;

/**
 * A folder over time. Each scan looks at every file and reads those that changed. Not thread-safe; the time is an
 * argument.
 */
final class FolderScan {
    private final Path root;
    private final Reading reading;
    private final boolean required;
    private final NavigableMap<Path, FileState> files = new TreeMap<>();

    private List<Path> directories = List.of();
    private List<Problem> folderProblems = List.of();
    private FolderSnapshot last = FolderSnapshot.EMPTY;

    FolderScan(Path root, Reading reading, boolean required) {
        this.root = root;
        this.reading = reading;
        this.required = required;
    }

    /** Returns the folder and the folders in it as the last scan saw them. */
    List<Path> directories() {
        return directories;
    }

    /** Returns when to scan again although nothing else calls for it, null for never. */
    @Nullable
    Instant due() {
        Instant earliest = null;
        for (FileState file : files.values()) {
            Instant due = file.lossDue();
            if (due != null && (earliest == null || due.isBefore(earliest))) {
                earliest = due;
            }
        }
        return earliest;
    }

    /** Returns what the folder said when it was last looked at. */
    FolderSnapshot snapshot() {
        return last;
    }

    /** Looks at the folder. Returns whether it says something else than before. */
    boolean scan(Instant now) {
        List<Problem> ofFolders = new ArrayList<>();
        boolean changed = false;
        try {
            FolderTree tree = FolderTree.list(root);
            directories = tree.directories();
            tree.unreadable().forEach((path, failure) -> ofFolders.add(unreadable(path, failure)));
            changed = refresh(tree, now);
        } catch (IOException e) {
            directories = List.of();
            if (required || !(e instanceof NoSuchFileException)) {
                ofFolders.add(folderProblem(root, reason(e)));
            } else {
                changed = vanish(List.copyOf(files.keySet()), now);
            }
        }
        if (!changed && ofFolders.equals(folderProblems)) {
            return false;
        }
        folderProblems = ofFolders;
        return publish();
    }

    private boolean publish() {
        List<Problem> problems = new ArrayList<>(folderProblems);
        ObjectSet objects = merge(problems);
        if (objects.equals(last.objects()) && problems.equals(last.problems())) {
            return false;
        }
        Set<Problem> known = new HashSet<>(last.problems());
        List<Problem> fresh =
                problems.stream().filter(problem -> !known.contains(problem)).toList();
        last = new FolderSnapshot(objects, problems, fresh);
        return true;
    }

    private boolean refresh(FolderTree tree, Instant now) {
        boolean changed = false;
        for (Map.Entry<Path, BasicFileAttributes> file : tree.files().entrySet()) {
            changed |= files.computeIfAbsent(file.getKey(), path -> new FileState(path, reading))
                    .refresh(file.getValue(), now);
        }
        List<Path> gone = new ArrayList<>();
        for (Path path : files.keySet()) {
            boolean hidden = tree.unreadable().keySet().stream().anyMatch(path::startsWith);
            if (!tree.files().containsKey(path) && !hidden) {
                gone.add(path);
            }
        }
        boolean lost = vanish(gone, now);
        return changed || lost;
    }

    private boolean vanish(List<Path> gone, Instant now) {
        boolean changed = false;
        for (Path path : gone) {
            FileState file = files.get(path);
            if (file != null) {
                changed |= file.vanish(now);
                if (file.isForgotten()) {
                    files.remove(path);
                }
            }
        }
        return changed;
    }

    /** Puts the files together in the order of their paths and adds their problems. */
    private ObjectSet merge(List<Problem> problems) {
        Map<ObjectKey, Source> sources = new LinkedHashMap<>();
        files.forEach((path, file) -> {
            problems.addAll(file.problems());
            Map<ObjectKey, Integer> seen = new HashMap<>();
            for (Placed placed : file.written()) {
                ObjectKey key = placed.object().key();
                Source first = sources.get(key);
                Integer sameFile = seen.putIfAbsent(key, placed.line());
                if (first != null) {
                    problems.add(
                            duplicate(path, placed, first.path(), first.placed().line()));
                } else if (sameFile != null) {
                    problems.add(duplicate(path, placed, path, sameFile));
                }
            }
            file.good().forEach((key, placed) -> reading.add(sources, key, new Source(path, placed)));
        });
        List<KubeObject> objects = new ArrayList<>();
        sources.values().forEach(source -> objects.add(source.placed().object()));
        // An object on its way from one file to another is in both for a moment; the new place counts.
        files.values()
                .forEach(file -> file.held().forEach((key, placed) -> {
                    if (!sources.containsKey(key)) {
                        sources.put(key, new Source(root, placed));
                        objects.add(placed.object());
                    }
                }));
        return ObjectSet.of(objects);
    }

    private record Source(Path path, Placed placed) {}

    private Problem duplicate(Path path, Placed placed, Path firstPath, int firstLine) {
        return new Problem(
                ProblemCode.DUPLICATE_OBJECT,
                path.toString(),
                placed.line(),
                0,
                placed.object().key().toString(),
                "",
                reading.duplicate(firstPath + ":" + firstLine),
                "remove one of the two");
    }

    private static String reason(IOException failure) {
        return switch (failure) {
            case NoSuchFileException _ -> "there is no such folder";
            case AccessDeniedException _ -> "the folder may not be read";
            default -> "the folder cannot be read: " + failure.getMessage();
        };
    }

    /** Returns the problem of a folder that cannot be read. */
    static Problem folderProblem(Path folder, String reason) {
        return new Problem(
                ProblemCode.FOLDER_UNREADABLE,
                folder.toString(),
                0,
                0,
                "",
                "",
                reason,
                "give the path of a folder with Kubernetes YAML");
    }

    private static Problem unreadable(Path path, IOException failure) {
        String reason = failure instanceof AccessDeniedException
                ? "may not be read"
                : "cannot be read: " + failure.getMessage();
        return new Problem(ProblemCode.FILE_UNREADABLE, path.toString(), 0, 0, "", "", reason, "check its permissions");
    }
}
