package mesh.ambit.kube;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The files of a folder and of the folders in it. Names that begin with a dot are passed over: editors and mounted
 * ConfigMaps keep their unfinished things there.
 *
 * @param files files of objects, by path
 * @param directories the folder and every folder in it, to be watched
 * @param unreadable folders that could not be looked into
 */
record FolderTree(
        NavigableMap<Path, BasicFileAttributes> files, List<Path> directories, Map<Path, IOException> unreadable) {
    private static final int MAX_DEPTH = 32;

    /** Lists a folder; symbolic links are followed. */
    static FolderTree list(Path root) throws IOException {
        FolderTree tree = new FolderTree(new TreeMap<>(), new ArrayList<>(), new TreeMap<>());
        Files.walkFileTree(root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), MAX_DEPTH, tree.new Visitor(root));
        return tree;
    }

    private static boolean isHidden(Path path) {
        Path name = path.getFileName();
        return name != null && name.toString().startsWith(".");
    }

    private static boolean holdsObjects(Path path) {
        String name = path.toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json");
    }

    private final class Visitor extends SimpleFileVisitor<Path> {
        private final Path root;

        Visitor(Path root) {
            this.root = root;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            if (!directory.equals(root) && isHidden(directory)) {
                return FileVisitResult.SKIP_SUBTREE;
            }
            directories.add(directory);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && !isHidden(file) && holdsObjects(file)) {
                files.put(file, attributes);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path path, IOException failure) throws IOException {
            if (path.equals(root)) {
                throw failure;
            }
            // Gone between listing and looking, or a link that leads nowhere or back up: nothing to read there.
            if (!(failure instanceof NoSuchFileException || failure instanceof FileSystemLoopException)) {
                unreadable.put(path, failure);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure) {
            if (failure != null && !(failure instanceof NoSuchFileException)) {
                unreadable.put(directory, failure);
            }
            return FileVisitResult.CONTINUE;
        }
    }
}
