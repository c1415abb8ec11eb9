package mesh.ambit.kube;

/** What is wrong with a file or an object. The names are API: tools and people search for them. */
public enum ProblemCode {
    /** The folder to read does not exist, is no folder or may not be read. */
    FOLDER_UNREADABLE,
    /** A file cannot be read. */
    FILE_UNREADABLE,
    /** A file, its nesting, or what its aliases expand to is too large. */
    TOO_LARGE,
    /** A file is not YAML. */
    SYNTAX,
    /** A document is not a Kubernetes object. */
    NOT_AN_OBJECT,
    /** An object of a kind that Ambit reads has a version that it does not. */
    UNSUPPORTED_VERSION,
    /** Two documents describe the same object. */
    DUPLICATE_OBJECT,
    /** A value has the wrong type, for example a number where a text belongs. */
    WRONG_TYPE,
    /** A field that does not exist there. */
    UNKNOWN_FIELD,
    /** A field that must be there is missing or empty. */
    MISSING_FIELD,
    /** A name, label or similar text is not spelled as Kubernetes asks. */
    INVALID_NAME,
    /** A text is not an IP address or range. */
    INVALID_ADDRESS,
    /** A number is not a port. */
    INVALID_PORT,
    /** A value is none of those allowed. */
    INVALID_VALUE,
    /** An object that could never do anything as it is written. */
    NO_EFFECT,
    /** Fields that exclude each other, or a field that needs another one. */
    CONFLICTING_FIELDS,
    /** Two services ask for the same cluster IP, or none is left. */
    CLUSTER_IP_UNAVAILABLE
}
