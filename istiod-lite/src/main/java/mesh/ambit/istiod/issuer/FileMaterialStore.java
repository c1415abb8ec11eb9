package mesh.ambit.istiod.issuer;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Signing material in one private file, which is a Kubernetes Secret in JSON: a mesh that moves from a folder to a
 * cluster takes its root along with {@code kubectl apply -f}.
 *
 * <p>The pair of PEM files of earlier versions is taken over once. What cannot be read is never overwritten.
 */
public final class FileMaterialStore implements MaterialStore {
    static final String FILE = "istio-ca-secret.json";
    private static final String FORMER_KEY = "ca-key.pem";
    private static final String FORMER_CERTIFICATE = "ca-cert.pem";

    private final Path file;
    private final String namespace;

    /** A lock of a file is its process's, and two threads of one would collide. */
    private final ReentrantLock lock = new ReentrantLock();

    /** Creates the store in {@code directory}, which is made when something is written; the Secret is of {@code namespace}. */
    public FileMaterialStore(Path directory, String namespace) {
        this.file = directory.resolve(FILE);
        this.namespace = namespace;
    }

    @Override
    public String name() {
        return file.toString();
    }

    @Override
    public boolean isPrivate() {
        return true;
    }

    @Override
    public @Nullable Stored read() {
        if (Files.exists(file)) {
            String text = PrivateFiles.read(file);
            return new Stored(parse(text), version(text));
        }
        Map<String, String> former = former();
        return former.isEmpty() ? null : new Stored(former, version(former.toString()));
    }

    private Map<String, String> former() {
        Path key = file.resolveSibling(FORMER_KEY);
        Path certificate = file.resolveSibling(FORMER_CERTIFICATE);
        if (!Files.exists(key) && !Files.exists(certificate)) {
            return Map.of();
        }
        Map<String, String> pair = new TreeMap<>();
        if (Files.exists(key)) {
            pair.put(FORMER_KEY, PrivateFiles.read(key));
            Pem.parseKey(pair.getOrDefault(FORMER_KEY, ""), key.toString());
        }
        if (Files.exists(certificate)) {
            pair.put(FORMER_CERTIFICATE, PrivateFiles.read(certificate));
            Pem.parseCertificate(pair.getOrDefault(FORMER_CERTIFICATE, ""), certificate.toString());
        }
        if (pair.size() == 1) {
            throw new IssuerException((Files.exists(key) ? key : certificate) + ": "
                    + (Files.exists(key) ? FORMER_CERTIFICATE : FORMER_KEY)
                    + " is missing (expected: both files or neither; nothing was overwritten)");
        }
        return Map.copyOf(pair);
    }

    @Override
    public @Nullable String write(Map<String, String> data, @Nullable String version) {
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IssuerException(file + ": not a file");
        }
        PrivateFiles.makeDirectory(directory);
        Path lockFile = directory.resolve("." + FILE + ".lock");
        lock.lock();
        // For two processes of one folder; a file of its own, since ours is replaced.
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock _ = channel.lock()) {
            Stored stored = read();
            @Nullable String present = stored == null ? null : stored.version();
            if (present == null ? version != null : !present.equals(version)) {
                return null;
            }
            String text = print(data);
            PrivateFiles.writeSecret(file, text);
            Files.deleteIfExists(file.resolveSibling(FORMER_KEY));
            Files.deleteIfExists(file.resolveSibling(FORMER_CERTIFICATE));
            return version(text);
        } catch (IOException e) {
            throw new IssuerException(file + ": cannot write: " + PrivateFiles.reason(e), e);
        } finally {
            lock.unlock();
        }
    }

    private String print(Map<String, String> data) {
        Map<String, String> encoded = new TreeMap<>();
        data.forEach((name, text) ->
                encoded.put(name, Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8))));
        Map<String, Object> secret = new LinkedHashMap<>();
        secret.put("apiVersion", "v1");
        secret.put("kind", "Secret");
        secret.put("type", "istio.io/ca-root");
        secret.put("metadata", new TreeMap<>(Map.of("name", "istio-ca-secret", "namespace", namespace)));
        secret.put("data", encoded);
        return new GsonBuilder()
                        .setPrettyPrinting()
                        .disableHtmlEscaping()
                        .create()
                        .toJson(secret) + "\n";
    }

    private Map<String, String> parse(String text) {
        try {
            JsonObject data = JsonParser.parseString(text).getAsJsonObject().getAsJsonObject("data");
            Map<String, String> texts = new TreeMap<>();
            for (String name : data.keySet()) {
                byte[] bytes = Base64.getDecoder().decode(data.get(name).getAsString());
                texts.put(name, new String(bytes, StandardCharsets.UTF_8));
            }
            return texts;
        } catch (JsonParseException
                | IllegalStateException
                | IllegalArgumentException
                | NullPointerException
                | ClassCastException
                | UnsupportedOperationException e) {
            // Without the cause: a parser's message may quote the file.
            throw new IssuerException(file
                    + ": not a Secret in JSON form (nothing was overwritten; restore it, or remove it for a new root)");
        }
    }

    private static String version(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
