package mesh.ambit.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a page of the documentation tells people to type. */
final class ShellExamples {
    private static final Pattern HERE_DOCUMENT = Pattern.compile("<<'(\\w+)'");
    private static final Pattern REMARK = Pattern.compile(" +# .*$");

    private ShellExamples() {}

    /**
     * Returns the commands in the shell blocks of {@code page} (a path below the repository) in their order, each with its here
     * document if it has one, and without a remark at its end.
     */
    static List<String> of(String page) throws IOException {
        List<String> commands = new ArrayList<>();
        boolean shell = false;
        StringBuilder open = new StringBuilder();
        String end = "";
        for (String line : Files.readAllLines(LauncherFixture.repository().resolve(Path.of(page)))) {
            if (!end.isEmpty()) {
                open.append('\n').append(line);
                if (line.equals(end)) {
                    commands.add(open.toString());
                    end = "";
                }
            } else if (line.startsWith("```")) {
                shell = line.equals("```sh");
            } else if (shell && !line.isBlank()) {
                Matcher document = HERE_DOCUMENT.matcher(line);
                if (document.find()) {
                    end = document.group(1);
                    open = new StringBuilder(line);
                } else {
                    commands.add(REMARK.matcher(line).replaceFirst(""));
                }
            }
        }
        return commands;
    }
}
