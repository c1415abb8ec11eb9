package mesh.ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What the documentation tells people to type exists, and what it links to is there. */
class DocumentationTest {
    private static final Pattern COMMAND = Pattern.compile("^(?:\\./)?ambit (.*?)(?: +#.*| +\\|.*)?$");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)\\)");

    static List<Path> pages() throws IOException {
        Path root = LauncherFixture.repository();
        List<Path> pages = new ArrayList<>(List.of(root.resolve("README.md"), root.resolve("CONTRIBUTING.md")));
        try (Stream<Path> files = Files.walk(root.resolve("docs"))) {
            files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
        }
        return pages;
    }

    /** Returns the words of every {@code ambit} command in the shell examples of all pages. */
    static List<String> commands() throws IOException {
        List<String> commands = new ArrayList<>();
        for (Path page : pages()) {
            boolean shell = false;
            for (String line : Files.readAllLines(page)) {
                if (line.startsWith("```")) {
                    shell = line.equals("```sh");
                }
                Matcher command = COMMAND.matcher(line);
                if (shell && command.matches()) {
                    commands.add(command.group(1));
                }
            }
        }
        return commands;
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandInTheDocumentationCanBeTyped(String words) {
        CommandLine line = Main.commandLine();

        assertThatCode(() -> line.parseArgs(words.split(" +", -1))).doesNotThrowAnyException();
    }

    @Test
    void theDocumentationShowsEveryCommandOfAMesh() throws IOException {
        assertThat(commands().stream().map(words -> words.split(" ", -1)[0]))
                .contains("demo", "up", "status", "exec", "restart-ztunnel", "down", "test");
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyLinkLeadsSomewhere(Path page) throws IOException {
        Matcher links = LINK.matcher(Files.readString(page));
        while (links.find()) {
            assertThat(page.resolveSibling(links.group(1))).exists();
        }
    }
}
