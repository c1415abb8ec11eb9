package mesh.ambit.node.pods;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.CharacterCodingException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import mesh.ambit.kube.AtomicFiles;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers across a crash which pods there are: one file each, written before anything is made and removed after
 * everything is gone.
 */
public final class PodJournal {
    private static final Logger LOG = LoggerFactory.getLogger(PodJournal.class);

    private static final String SUFFIX = ".json";

    private final Path folder;

    /** Keeps the files in {@code folder}, which is made. */
    public PodJournal(Path folder) {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep a journal in " + folder, e);
        }
    }

    /** Returns what earlier runs left. A file that cannot be read is dropped with a warning. */
    public List<PodRecord> read() {
        List<PodRecord> records = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
            for (Path file : files) {
                try {
                    records.add(parse(Files.readString(file)));
                } catch (JsonParseException
                        | IllegalStateException
                        | IllegalArgumentException
                        | UnsupportedOperationException
                        | CharacterCodingException e) {
                    LOG.warn("{} is not readable and is dropped: {}", file, e.getMessage());
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the journal in " + folder, e);
        }
        return records;
    }

    /**
     * Returns what the program that keeps a journal in {@code folder} has written down of a pod; null for nothing. Changes
     * nothing there.
     *
     * @throws UncheckedIOException if it cannot be read
     */
    public static @Nullable PodRecord find(Path folder, PodKey key) {
        try {
            return parse(Files.readString(folder.resolve(key.fileName() + SUFFIX)));
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the journal of " + key, e);
        } catch (JsonParseException
                | IllegalStateException
                | IllegalArgumentException
                | UnsupportedOperationException e) {
            throw new UncheckedIOException(new IOException("the journal of " + key + " is not readable", e));
        }
    }

    /** Writes down that the pod is there, or about to be. */
    public void put(PodRecord pod) {
        try {
            AtomicFiles.write(file(pod.key()), print(pod));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the journal of " + pod.key(), e);
        }
    }

    /** Strikes out a pod of which nothing is left. */
    public void remove(PodKey key) {
        try {
            Files.deleteIfExists(file(key));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove the journal of " + key, e);
        }
    }

    private Path file(PodKey key) {
        return folder.resolve(key.fileName() + SUFFIX);
    }

    private static String print(PodRecord pod) {
        JsonObject object = new JsonObject();
        object.addProperty("namespace", pod.key().namespace());
        object.addProperty("name", pod.key().name());
        object.addProperty("uid", pod.uid());
        object.addProperty("netns", pod.netns().toString());
        object.addProperty("ownsNetns", pod.ownsNetns());
        object.addProperty("port", pod.port());
        JsonArray addresses = new JsonArray();
        pod.addresses().forEach(address -> addresses.add(address.getHostAddress()));
        object.add("addresses", addresses);
        return object + "\n";
    }

    private static PodRecord parse(String text) {
        JsonObject object = JsonParser.parseString(text).getAsJsonObject();
        List<InetAddress> addresses = new ArrayList<>();
        for (JsonElement address : require(object, "addresses").getAsJsonArray()) {
            addresses.add(InetAddress.ofLiteral(address.getAsString()));
        }
        return new PodRecord(
                new PodKey(
                        require(object, "namespace").getAsString(),
                        require(object, "name").getAsString()),
                require(object, "uid").getAsString(),
                Path.of(require(object, "netns").getAsString()),
                require(object, "ownsNetns").getAsBoolean(),
                require(object, "port").getAsString(),
                addresses);
    }

    private static JsonElement require(JsonObject object, String name) {
        JsonElement value = object.get(name);
        if (value == null) {
            throw new JsonParseException(name + " is missing");
        }
        return value;
    }
}
