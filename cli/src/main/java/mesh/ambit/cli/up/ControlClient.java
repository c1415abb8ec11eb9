package mesh.ambit.cli.up;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.function.Consumer;
import mesh.ambit.config.ExitCode;
import org.jspecify.annotations.Nullable;

/** Asks a running mesh; see {@link ControlServer} for what can be asked. */
final class ControlClient {
    private final StateFolder state;

    ControlClient(StateFolder state) {
        this.state = state;
    }

    /** Returns whether a mesh answers in this state folder. */
    boolean isUp() {
        try (SocketChannel channel = connect()) {
            return channel != null;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Asks and returns what came with {@code ok}.
     *
     * @param progress told of each step
     * @throws MeshException if no mesh is up here, or it refuses
     */
    String ask(String request, Consumer<String> progress) {
        try (SocketChannel channel = connect()) {
            if (channel == null) {
                throw notUp();
            }
            PrintWriter out = new PrintWriter(Channels.newWriter(channel, StandardCharsets.UTF_8), true);
            out.println(request);
            BufferedReader in = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
            String line;
            while ((line = in.readLine()) != null) {
                String[] words = line.split(" ", 2);
                String rest = words.length > 1 ? words[1] : "";
                switch (words[0]) {
                    case "ok" -> {
                        return rest;
                    }
                    case "info" -> progress.accept(rest);
                    default -> throw new MeshException(ExitCode.FAILED, rest);
                }
            }
            throw new MeshException(ExitCode.FAILED, "the mesh ended before it answered");
        } catch (IOException e) {
            throw new MeshException(
                    ExitCode.FAILED, "cannot ask the mesh in " + state.root() + ": " + e.getMessage(), e);
        }
    }

    /** Returns what to say where none is up: perhaps there will be one soon. */
    MeshException notUp() {
        return new MeshException(
                ExitCode.FAILED,
                holdsAProcess()
                        ? "the mesh in " + state.root() + " is coming up, or ending; try again in a moment"
                        : "no mesh is up (state folder " + state.root() + ")");
    }

    private boolean holdsAProcess() {
        try {
            long pid = Long.parseLong(Files.readString(state.pid()).strip());
            return ProcessHandle.of(pid).isPresent();
        } catch (IOException | NumberFormatException e) {
            return false;
        }
    }

    private @Nullable SocketChannel connect() throws IOException {
        if (!Files.exists(state.controlSocket())) {
            return null;
        }
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(state.controlSocket()));
            return channel;
        } catch (ConnectException e) {
            // A socket file without an owner: a mesh that was killed.
            channel.close();
            return null;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }
}
