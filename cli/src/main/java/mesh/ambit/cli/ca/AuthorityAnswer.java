package mesh.ambit.cli.ca;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import mesh.ambit.cli.terminal.Table;
import mesh.ambit.cli.up.MeshException;
import mesh.ambit.config.ExitCode;
import mesh.ambit.istiod.app.AuthoritySocket;

/** What a running controller answers about its certificate authority; the field names are what {@code -o json} prints. */
final class AuthorityAnswer {
    private static final int MAX_SHOWN = 20;

    private AuthorityAnswer() {}

    /** The state of the authority. */
    record Status(
            String source,
            String stage,
            String meaning,
            String signer,
            List<Root> roots,
            List<Waiting> waiting,
            boolean revocation,
            String problem) {}

    /** One root of the trust bundle. */
    record Root(String key, String subject, String notBefore, String notAfter, boolean signs) {}

    /** Somebody who would be left behind by the next step; without a name where only the time is known. */
    record Waiting(String holder, String until, String problem) {}

    /** What became of a step. */
    record Step(String step, String result, String stage, String message, List<Waiting> waiting) {
        boolean isSettled() {
            return result.equals("done") || result.equals("nothing-to-do");
        }
    }

    /**
     * Asks the controller with that state folder.
     *
     * @throws MeshException if none answers, or it refuses
     */
    static <T> T ask(Path state, String request, Class<T> type) {
        JsonObject answer;
        try {
            answer = JsonParser.parseString(AuthoritySocket.ask(state, request)).getAsJsonObject();
        } catch (IOException e) {
            throw new MeshException(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
        }
        JsonElement error = answer.get("error");
        if (error != null) {
            throw new MeshException(ExitCode.FAILED, error.getAsString());
        }
        return new Gson().fromJson(answer.get("ok"), type);
    }

    /** Returns the lines that say who would be left behind. */
    static List<String> lines(List<Waiting> waiting) {
        List<List<String>> rows = new ArrayList<>();
        for (Waiting each : waiting.subList(0, Math.min(waiting.size(), MAX_SHOWN))) {
            String holder = each.holder().isEmpty() ? "(somebody)" : each.holder();
            rows.add(List.of(holder, each.until(), each.problem()));
        }
        List<String> lines = new ArrayList<>(new Table(List.of("HOLDER", "UNTIL", "ITS CERTIFICATE"), rows).lines());
        if (waiting.size() > MAX_SHOWN) {
            lines.add("… and " + (waiting.size() - MAX_SHOWN) + " more");
        }
        return lines;
    }
}
