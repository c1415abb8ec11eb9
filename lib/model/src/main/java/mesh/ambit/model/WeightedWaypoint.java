package mesh.ambit.model;

/** One of several waypoints of a service, chosen for a share of the connections in proportion to its weight. */
public record WeightedWaypoint(GatewayAddress destination, int weight) {}
