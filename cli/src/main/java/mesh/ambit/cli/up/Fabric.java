package mesh.ambit.cli.up;

/** The bridge namespace of a mesh and what hangs on it beside pods. */
interface Fabric {
    /** Makes the bridge and the controller's address. */
    void create();

    /** Makes the namespace of {@code instance} with its addresses. */
    void add(Instance instance);

    /** Removes the namespace of {@code instance}; processes still in it keep it alive until they end. */
    void remove(Instance instance);

    /** Removes everything. */
    void destroy();
}
