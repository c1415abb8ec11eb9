package mesh.ambit.model;

/** Where a workload runs, from coarse to fine; an unknown part is empty. */
public record Locality(String region, String zone, String subzone) {
    /** Nothing is known. */
    public static final Locality NONE = new Locality("", "", "");

    /** Returns whether no part is known. */
    public boolean isEmpty() {
        return region.isEmpty() && zone.isEmpty() && subzone.isEmpty();
    }
}
