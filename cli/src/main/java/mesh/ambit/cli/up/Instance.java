package mesh.ambit.cli.up;

/**
 * One ztunnel instance of a node: its own network namespace, its own address, as a ztunnel pod has. A node has two for
 * the time of a hand-over.
 *
 * @param generation counts from 1
 * @param host the last byte of the address
 */
record Instance(String node, int generation, int host) {
    /** The controller's address ends in 1; instances begin here. */
    static final int FIRST_HOST = 11;

    String namespace() {
        String first = "ambit_ztunnel_" + node;
        return generation == 1 ? first : first + "_" + generation;
    }

    /** Returns the program's name, which also names its log. */
    String program() {
        return generation == 1 ? "ztunnel-" + node : "ztunnel-" + node + "-" + generation;
    }

    String address() {
        return "10.77.0." + host;
    }

    String address6() {
        return "fd77::" + Integer.toHexString(host);
    }
}
