package mesh.ambit.perf.profile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import mesh.ambit.perf.lab.LabException;

/**
 * Samples the Java threads of a running JVM by the processor time that they use, with the JVM's own flight recorder
 * (JEP 509): nothing need be installed, and threads that wait cost nothing.
 */
final class Sampler implements AutoCloseable {
    private static final String NAME = "ambit-bench";
    private static final String SETTINGS = """
            <?xml version="1.0" encoding="UTF-8"?>
            <configuration version="2.0">
              <event name="%s">
                <setting name="enabled">true</setting>
                <setting name="throttle">1ms</setting>
              </event>
            </configuration>
            """.formatted(Stacks.SAMPLE);

    private final long pid;
    private final Path recording;
    private boolean running;

    private Sampler(long pid, Path folder) {
        this.pid = pid;
        this.recording = folder.resolve("profile-" + pid + ".jfr");
    }

    /**
     * Begins; files are made in {@code folder}.
     *
     * @throws LabException if the JVM cannot do it
     * @throws mesh.ambit.linux.CommandException if the process is no JVM, or none that answers
     */
    static Sampler start(long pid, Path folder) {
        Sampler sampler = new Sampler(pid, folder);
        try {
            Path settings = folder.resolve("profile.jfc");
            Files.writeString(settings, SETTINGS);
            sampler.ask("JFR.start", "name=" + NAME, "settings=" + settings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        sampler.running = true;
        return sampler;
    }

    /** Ends, and returns what was seen. */
    Stacks stop() {
        try {
            ask("JFR.stop", "name=" + NAME, "filename=" + recording);
            running = false;
            return Stacks.read(recording);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void ask(String... question) {
        String answer = Jcmd.ask(pid, question);
        // Of most failures it tells in words only.
        if (!answer.contains("Started recording") && !answer.contains("Stopped recording")) {
            throw new LabException(question[0] + " of process " + pid + " failed: " + answer.strip());
        }
    }

    @Override
    public void close() {
        if (running) {
            running = false;
            ask("JFR.stop", "name=" + NAME);
        }
        try {
            Files.deleteIfExists(recording);
        } catch (IOException e) {
            // The lab's folder goes as a whole.
        }
    }
}
