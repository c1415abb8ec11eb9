package mesh.ambit.kube;

import org.jspecify.annotations.Nullable;

/** A text is not YAML, or too large for us. Becomes a {@link Problem} where the file is known. */
final class YamlProblem extends Exception {
    private final ProblemCode code;
    private final int line;
    private final int column;
    private final String reason;

    YamlProblem(ProblemCode code, int line, int column, String reason) {
        this(code, line, column, reason, null);
    }

    YamlProblem(ProblemCode code, int line, int column, String reason, @Nullable Throwable cause) {
        super(reason, cause);
        this.code = code;
        this.line = line;
        this.column = column;
        this.reason = reason;
    }

    Problem in(String file) {
        return new Problem(code, file, line, column, "", "", reason, "");
    }
}
