package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

/** A folder that must be there cannot be read. */
public final class FolderException extends RuntimeException {
    private final transient Problem problem;

    FolderException(Problem problem) {
        super(problem.message());
        this.problem = requireNonNull(problem, "problem");
    }

    /** Returns what is wrong and what to do. */
    public Problem problem() {
        return problem;
    }
}
