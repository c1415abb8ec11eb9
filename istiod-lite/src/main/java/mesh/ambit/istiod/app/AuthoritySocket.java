package mesh.ambit.istiod.app;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import mesh.ambit.istiod.issuer.CertificateAuthority;
import mesh.ambit.istiod.issuer.IssuanceException;
import mesh.ambit.istiod.issuer.IssuerException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A socket in the state folder over which the owner of that folder, and nobody else, asks the certificate authority for its
 * state and for the steps of a change of the root.
 *
 * <p>One line is asked, {@code status} or {@code rotate STEP [force]}; one line of JSON is answered: {@code {"ok": …}} or
 * {@code {"error": "…"}}.
 */
public final class AuthoritySocket implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AuthoritySocket.class);
    private static final Gson GSON = new Gson();
    private static final int MAX_REQUEST = 256;

    /** For a client to say what it wants. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Until it is tried again to take somebody. */
    private static final Duration FULL = Duration.ofSeconds(1);

    private final Path file;
    private final ServerSocketChannel server;

    private AuthoritySocket(Path file, ServerSocketChannel server) {
        this.file = file;
        this.server = server;
    }

    /** Returns where the controller with that state folder is asked. */
    public static Path file(Path state) {
        return state.resolve("istiod").resolve("ca.sock");
    }

    /** Begins to answer for {@code authority}. */
    static AuthoritySocket open(Path state, CertificateAuthority authority) throws IOException {
        Path file = file(state);
        Files.createDirectories(
                state.resolve("istiod"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.deleteIfExists(file);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(file));
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException | RuntimeException e) {
            server.close();
            throw new IOException(file + ": cannot listen: " + e.getMessage(), e);
        }
        AuthoritySocket socket = new AuthoritySocket(file, server);
        Thread.ofPlatform().name("ambit-ca-socket").daemon().start(() -> socket.serve(line -> answer(authority, line)));
        return socket;
    }

    private void serve(Function<String, String> answers) {
        serve(server::accept, answers, AuthoritySocket::pause);
    }

    /** Where clients come from. */
    interface Door {
        SocketChannel accept() throws IOException;
    }

    /** Answers whoever comes, one at a time, for each is short and only our owner asks; until the door is closed. */
    static void serve(Door door, Function<String, String> answers, Consumer<Duration> pause) {
        boolean failed = false;
        while (true) {
            SocketChannel client;
            try {
                client = door.accept();
                failed = false;
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                // Of descriptors there may be none left, which trying again at once does not change.
                if (!failed) {
                    LOG.warn("the authority's socket takes nobody at present: {}", e.getMessage());
                }
                failed = true;
                pause.accept(FULL);
                continue;
            }
            answer(client, answers);
        }
    }

    private static void answer(SocketChannel client, Function<String, String> answers) {
        // One that says nothing must not keep all others waiting.
        Future<?> impatience =
                ForkJoinPool.commonPool().schedule(() -> cut(client), PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        try (client;
                Reader in = Channels.newReader(client, StandardCharsets.UTF_8);
                PrintWriter out = new PrintWriter(Channels.newWriter(client, StandardCharsets.UTF_8), true)) {
            String line = line(in);
            if (impatience.cancel(false) && line != null) {
                out.println(answers.apply(line.strip()));
            }
        } catch (IOException e) {
            LOG.debug("a client of the authority's socket went away", e);
        } finally {
            impatience.cancel(false);
        }
    }

    private static void cut(SocketChannel client) {
        try {
            client.close();
        } catch (IOException e) {
            LOG.debug("closing a client that asks nothing", e);
        }
    }

    /** Returns what stands before the end of the line; null for nothing, or for more than is ever asked. */
    private static @Nullable String line(Reader in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            if (line.length() == MAX_REQUEST) {
                return null;
            }
            line.append((char) next);
        }
        return line.isEmpty() ? null : line.toString();
    }

    private static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String answer(CertificateAuthority authority, String line) {
        String[] words = line.split(" ", 3);
        try {
            return switch (words[0]) {
                case "status" -> ok(authority.report());
                case "rotate" ->
                    ok(authority.rotate(
                            words.length > 1 ? words[1] : "next", words.length > 2 && words[2].equals("force")));
                default -> error("there is no request " + words[0]);
            };
        } catch (IssuerException | IssuanceException e) {
            return error(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("a request of the authority's socket failed", e);
            return error("failed: " + e.getMessage());
        }
    }

    private static String ok(Object value) {
        JsonObject reply = new JsonObject();
        reply.add("ok", GSON.toJsonTree(value));
        return GSON.toJson(reply);
    }

    private static String error(String message) {
        JsonObject reply = new JsonObject();
        reply.addProperty("error", message);
        return GSON.toJson(reply);
    }

    /**
     * Asks the controller with that state folder.
     *
     * @return a line of JSON
     * @throws IOException if none answers, with what to do about it
     */
    public static String ask(Path state, String request) throws IOException {
        Path file = file(state);
        if (!Files.exists(file)) {
            throw new IOException("no controller runs with the state folder " + state);
        }
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(file));
            PrintWriter out = new PrintWriter(Channels.newWriter(channel, StandardCharsets.UTF_8), true);
            out.println(request);
            BufferedReader in = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
            String line = in.readLine();
            if (line == null) {
                throw new IOException("the controller ended before it answered");
            }
            return line;
        } catch (ConnectException e) {
            // A socket file without an owner: a controller that was killed.
            throw new IOException("no controller runs with the state folder " + state, e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        Files.deleteIfExists(file);
    }
}
