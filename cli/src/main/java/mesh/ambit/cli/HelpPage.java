package mesh.ambit.cli;

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

    private static final List<String> EXAMPLES = List.of(
            "ambit demo                                    a shop, a mesh, and the proof, in a minute",
            "ambit up shop/                                the mesh that a folder of Kubernetes YAML describes",
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
                    page.append(String.format("  %-20s %s%n", name, sentence(command)));
                }
            }
        });
        page.append(String.format("%n%s:%n", help.colorScheme().text("@|bold Examples|@")));
        EXAMPLES.forEach(example -> page.append(String.format("  %s%n", example)));
        return page.append(String.format("%n'ambit COMMAND --help' says more about each.%n"))
                .toString();
    }

    private static String sentence(Help command) {
        String[] description = command.commandSpec().usageMessage().description();
        return description.length == 0 ? "" : description[0];
    }
}
