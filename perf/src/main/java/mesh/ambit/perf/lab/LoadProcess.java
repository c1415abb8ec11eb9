package mesh.ambit.perf.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import mesh.ambit.perf.load.Fields;

/** A load process, spoken to line by line. One thread at a time. */
public final class LoadProcess {
    private final LabProcess program;
    private final Writer orders;
    private final BufferedReader answers;

    LoadProcess(LabProcess program) {
        this.program = program;
        orders = new OutputStreamWriter(program.process().getOutputStream(), StandardCharsets.UTF_8);
        answers = program.process().inputReader(StandardCharsets.UTF_8);
    }

    /**
     * Has it do something and returns its answer.
     *
     * @throws LabException if it cannot
     */
    public Fields ask(String word, Map<String, String> values) {
        Fields order = new Fields(word, values);
        try {
            orders.write(order + "\n");
            orders.flush();
            String line = answers.readLine();
            if (line == null) {
                program.process().onExit().join();
                program.requireAlive();
                throw new LabException(program.title() + " says nothing more");
            }
            if (!line.startsWith("ok")) {
                throw new LabException(program.title() + ": " + order + ": " + line);
            }
            return Fields.parse(line);
        } catch (IOException e) {
            throw new LabException(program.title() + " cannot be spoken to: " + program.lastWords(), e);
        }
    }

    public LabProcess program() {
        return program;
    }
}
