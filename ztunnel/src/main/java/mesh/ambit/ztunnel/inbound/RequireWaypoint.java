package mesh.ambit.ztunnel.inbound;

/** Which destinations refuse what did not come through the waypoint that they declare: {@code AMBIT_REQUIRE_WAYPOINT}. */
public enum RequireWaypoint {
    /** None, as upstream has it. */
    OFF,
    /** Those to which a policy named {@value WaypointRule#MARKER} applies. */
    LABELLED,
    /** Every destination that declares a waypoint. */
    ALL;

    static RequireWaypoint parse(String text) {
        return switch (text) {
            case "off" -> OFF;
            case "labelled" -> LABELLED;
            case "all" -> ALL;
            default -> throw new IllegalArgumentException("expected: off, labelled or all");
        };
    }
}
