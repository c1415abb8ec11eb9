package mesh.ambit.model;

/** Address families a service is restricted to, in the wire's order. */
public enum IpFamilies {
    AUTOMATIC,
    IPV4_ONLY,
    IPV6_ONLY,
    DUAL
}
