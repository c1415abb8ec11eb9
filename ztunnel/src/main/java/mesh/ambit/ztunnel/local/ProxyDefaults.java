package mesh.ambit.ztunnel.local;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import mesh.ambit.config.Environment;
import org.jspecify.annotations.Nullable;

/**
 * What the mesh says of all its proxies: {@code PROXY_CONFIG} over {@code defaultConfig} of the mesh file. Null where
 * neither says anything.
 *
 * @param discoveryAddress where the mesh comes from
 * @param adminPort port of the administration server
 * @param statsPort port of the metrics server
 * @param concurrency event loops, 0 for all processors
 * @param metadata texts for the control plane; prefix {@code ISTIO_META_} taken off
 */
public record ProxyDefaults(
        @Nullable String discoveryAddress,
        @Nullable Integer adminPort,
        @Nullable Integer statsPort,
        @Nullable Integer concurrency,
        SortedMap<String, String> metadata) {
    /** Nothing said. */
    public static final ProxyDefaults NONE = new ProxyDefaults(null, null, null, null, new TreeMap<>());

    /** Where the mesh's configuration is mounted, from the working directory. */
    public static final Path MESH_FILE = Path.of("./etc/istio/config/mesh");

    private static final String META = "ISTIO_META_";
    private static final int MAX_BYTES = 4 << 20;

    /** Copies the metadata. */
    public ProxyDefaults {
        metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
    }

    /** Reads both, and {@code ISTIO_META_*} over the metadata; what is wrong is noted in {@code env}. */
    public static ProxyDefaults from(Environment env, Path meshFile) {
        ProxyDefaults merged = NONE;
        try {
            merged = mesh(meshFile);
        } catch (LocalFileException e) {
            env.reject(
                    "error parsing proxy config: failed parsing mesh config file " + meshFile + ": " + e.getMessage());
        }
        String text = env.text("PROXY_CONFIG", "");
        if (!text.isEmpty()) {
            try {
                merged = merged.under(parse("", YamlText.read(text)));
            } catch (LocalFileException e) {
                env.reject("error parsing proxy config: failed parsing proxy config env: " + e.getMessage());
            }
        }
        SortedMap<String, String> metadata = new TreeMap<>();
        merged.metadata().forEach((name, value) -> metadata.put(bare(name), value));
        metadata.putAll(env.withPrefix(META));
        return new ProxyDefaults(
                merged.discoveryAddress(), merged.adminPort(), merged.statsPort(), merged.concurrency(), metadata);
    }

    private static ProxyDefaults mesh(Path file) throws LocalFileException {
        String text;
        try {
            text = BoundedFile.read(file, MAX_BYTES);
        } catch (NoSuchFileException e) {
            return NONE;
        } catch (LocalFileException e) {
            throw e;
        } catch (IOException e) {
            throw new LocalFileException("cannot be read: " + e, e);
        }
        ProxyDefaults found = YamlFields.of("", YamlText.read(text)).optional("defaultConfig", ProxyDefaults::parse);
        return found == null ? NONE : found;
    }

    /** Other fields are ignored: the mesh has many that concern other kinds of proxies. */
    private static ProxyDefaults parse(String path, YamlNode node) throws LocalFileException {
        YamlFields fields = YamlFields.of(path, node);
        return new ProxyDefaults(
                fields.optional("discoveryAddress", YamlFields::text),
                fields.optional("proxyAdminPort", YamlFields::port),
                fields.optional("statsPort", YamlFields::port),
                fields.optional("concurrency", YamlFields::port),
                new TreeMap<>(
                        YamlFields.map(fields.at("proxyMetadata"), fields.require("proxyMetadata"), YamlFields::text)));
    }

    private ProxyDefaults under(ProxyDefaults over) {
        SortedMap<String, String> both = new TreeMap<>(metadata);
        both.putAll(over.metadata);
        return new ProxyDefaults(
                over.discoveryAddress != null ? over.discoveryAddress : discoveryAddress,
                over.adminPort != null ? over.adminPort : adminPort,
                over.statsPort != null ? over.statsPort : statsPort,
                over.concurrency != null ? over.concurrency : concurrency,
                both);
    }

    private static String bare(String name) {
        return name.startsWith(META) ? name.substring(META.length()) : name;
    }
}
