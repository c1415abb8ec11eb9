package mesh.ambit.config;

import java.util.List;

/** The configuration cannot be used; carries every reason at once, so that a person corrects them in one go. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    /** Creates one from {@code problems}, one sentence each, at least one. */
    public ConfigException(List<String> problems) {
        super(String.join("\n", problems));
        if (problems.isEmpty()) {
            throw new IllegalArgumentException("a configuration exception needs a problem");
        }
        this.problems = List.copyOf(problems);
    }

    /** Returns the reasons in the order in which they were found. */
    public List<String> problems() {
        return problems;
    }
}
