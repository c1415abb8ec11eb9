package mesh.ambit.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The first page of help: commands in groups by what a person wants, each with one sentence. */
final class HelpPage {
    private static final Map<String, List<String>> GROUPS = groups();

    /** Where the sentences begin. */
    private static final int COLUMN = 23;

    private static final List<String> EXAMPLES = List.of(
            "ambit demo                                    a shop, a mesh, and the proof",
            "ambit up shop/                                the mesh that a folder describes",
            "ambit status                                  what runs where",
            "ambit exec shop-web/web -- curl orders:8080   a program in a pod");

    private HelpPage() {}

    private static Map<String, List<String>> groups() {
        Map<String, List<String>> groups = new LinkedHashMap<>();
        groups.put("Mesh", List.of("demo", "up", "down", "restart-ztunnel", "ca", "create-remote-secret"));
        groups.put("Look", List.of("status", "exec", "compile", "analyze", "debug"));
        groups.put("Programs", List.of("ztunnel", "istiod-lite", "node-setup"));
        groups.put("Develop", List.of("test", "bench", "train"));
        return groups;
    }

    static void install(CommandLine line) {
        line.getHelpSectionMap().remove(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING);
        line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, HelpPage::render);
    }

    /** Returns the names of all commands that the page shows; a command outside of every group would be invisible. */
    static Set<String> shown() {
        Set<String> names = new TreeSet<>();
        GROUPS.values().forEach(names::addAll);
        return names;
    }

    private static String render(Help help) {
        StringBuilder page = new StringBuilder();
        GROUPS.forEach((title, names) -> {
            page.append(String.format("%n%s:%n", help.colorScheme().text("@|bold " + title + "|@")));
            for (String name : names) {
                Help command = help.subcommands().get(name);
                if (command != null) {
                    int width = help.commandSpec().usageMessage().width() - COLUMN;
                    String lead = String.format("  %-20s ", name);
                    for (String line : wrapped(sentence(command), width)) {
                        page.append(lead).append(line).append(System.lineSeparator());
                        lead = " ".repeat(COLUMN);
                    }
                }
            }
        });
        page.append(String.format("%n%s:%n", help.colorScheme().text("@|bold Examples|@")));
        EXAMPLES.forEach(example -> page.append(String.format("  %s%n", example)));
        return page.append(String.format("%n'ambit COMMAND --help' says more about each.%n"))
                .toString();
    }

    /** Returns the words of {@code text} on lines of at most {@code width} characters, unless a word alone is longer. */
    static List<String> wrapped(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    private static String sentence(Help command) {
        String[] description = command.commandSpec().usageMessage().description();
        return description.length == 0 ? "" : description[0];
    }
}
