package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mesh.ambit.kube.YamlValue.Mapping;
import mesh.ambit.kube.YamlValue.Scalar;
import mesh.ambit.kube.YamlValue.Sequence;

/**
 * The file that keeps assigned addresses across restarts: one YAML map of {@code namespace/name} of a Service, or {@code
 * namespace/name/host} of a ServiceEntry, to addresses.
 */
public final class ClusterIpStore {
    private final Path file;

    public ClusterIpStore(Path file) {
        this.file = requireNonNull(file, "file");
    }

    /**
     * Returns the addresses in the file by what they are of; none when there is no file. What is not an address is passed
     * over: it would only be assigned anew.
     *
     * @throws IOException when the file is there and cannot be read
     */
    public Map<String, List<String>> read() throws IOException {
        Map<String, List<String>> addresses = new TreeMap<>();
        try {
            for (YamlValue document : YamlReader.read(Files.readString(file))) {
                if (document instanceof Mapping mapping) {
                    mapping.entries().forEach((name, value) -> addresses.put(name, addresses(value)));
                }
            }
        } catch (NoSuchFileException e) {
            return Map.of();
        } catch (YamlProblem e) {
            throw new IOException(e.in(file.toString()).message(), e);
        }
        return addresses;
    }

    private static List<String> addresses(YamlValue value) {
        List<String> addresses = new ArrayList<>();
        if (value instanceof Sequence sequence) {
            for (YamlValue item : sequence.items()) {
                if (item instanceof Scalar scalar && IpText.parse(scalar.text()) != null) {
                    addresses.add(scalar.text());
                }
            }
        }
        return addresses;
    }

    /** Replaces the file as a whole. A reader sees the old one or the new one. */
    public void write(Map<String, List<String>> addresses) throws IOException {
        AtomicFiles.write(file, YamlWriter.write(new TreeMap<>(addresses)));
    }
}
