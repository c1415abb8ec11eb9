package mesh.ambit.kube;

import java.util.List;

/** Objects from a YAML text that lies in no watched folder. */
public final class KubeYaml {
    private KubeYaml() {}

    /** The valid objects of a text in their order, and what is wrong with the others. */
    public record Parsed(List<KubeObject> objects, List<Problem> problems) {
        public Parsed {
            objects = List.copyOf(objects);
            problems = List.copyOf(problems);
        }
    }

    /** Reads a text of any number of documents; {@code file} is what problems call it. */
    public static Parsed parse(String text, String file, Reading reading) {
        ObjectReader.Result result = ObjectReader.read(text, file, reading);
        return new Parsed(
                result.objects().stream().map(ObjectReader.Placed::object).toList(), result.problems());
    }
}
