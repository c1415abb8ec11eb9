package mesh.ambit.kube.cel;

/** A rule about one value, {@code self}. Immutable. */
public final class CelRule {
    /** Steps that one evaluation may take; the longest rules about the largest valid objects stay far below. */
    private static final int STEPS = 1_000_000;

    private final String text;
    private final Node root;

    private CelRule(String text, Node root) {
        this.text = text;
        this.root = root;
    }

    /**
     * Reads a rule.
     *
     * @throws CelException if it cannot be read
     */
    public static CelRule parse(String text) {
        return new CelRule(text, new Parser(text).whole());
    }

    /**
     * Returns whether the rule holds.
     *
     * @param self a String, Long, Double, Boolean, List or Map of such
     * @throws CelException if it has no value, as when it asks for a field that is not there
     */
    public boolean holds(Object self) {
        return root.holds(new Node.Scope("self", self, null, new Node.Budget(STEPS)));
    }

    /** Returns the rule as written. */
    @Override
    public String toString() {
        return text;
    }
}
