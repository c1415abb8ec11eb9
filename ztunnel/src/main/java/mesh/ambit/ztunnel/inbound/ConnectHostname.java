package mesh.ambit.ztunnel.inbound;

/** Whose services a tunnel may ask for by name: {@code AMBIT_CONNECT_HOSTNAME}. */
public enum ConnectHostname {
    /** Services that our workload is part of; all of them where it is a waypoint or a network gateway. */
    OWN,
    /** Any service that is known, as upstream has it. */
    ANY;

    static ConnectHostname parse(String text) {
        return switch (text) {
            case "own" -> OWN;
            case "any" -> ANY;
            default -> throw new IllegalArgumentException("expected: own or any");
        };
    }
}
