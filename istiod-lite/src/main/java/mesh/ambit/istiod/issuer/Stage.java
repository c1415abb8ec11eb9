package mesh.ambit.istiod.issuer;

/** How far a change of the root has come. The names are in the stored state and in what people read. */
public enum Stage {
    /** One root, which signs. */
    STEADY("one root signs and is trusted"),
    /** A new root is trusted beside the one that signs. */
    INTRODUCED("the new root is trusted, the old one still signs"),
    /** The new root signs, the old one is still trusted. */
    REISSUING("the new root signs, the old one is still trusted"),
    /** The old root is not trusted any more; its key is kept, so that this can be undone. */
    RETIRED("the new root alone signs and is trusted, the old key is kept");

    private final String meaning;

    Stage(String meaning) {
        this.meaning = meaning;
    }

    /** Returns one sentence for a person. */
    public String meaning() {
        return meaning;
    }
}
