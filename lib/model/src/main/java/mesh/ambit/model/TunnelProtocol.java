package mesh.ambit.model;

/** How a workload is reached. The third value of the wire, legacy Istio mTLS, is refused on arrival and never sent. */
public enum TunnelProtocol {
    NONE,
    HBONE
}
