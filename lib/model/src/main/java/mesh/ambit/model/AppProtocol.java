package mesh.ambit.model;

/** Application protocol of a service port, in the wire's order. */
public enum AppProtocol {
    UNKNOWN,
    HTTP11,
    HTTP2,
    GRPC,
    TCP,
    TLS
}
