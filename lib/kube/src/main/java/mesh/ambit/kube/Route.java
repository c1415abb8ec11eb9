package mesh.ambit.kube;

import java.util.List;

/** A route of the Gateway API: says which parents it wants to be attached to. */
public sealed interface Route extends KubeObject permits GrpcRoute, HttpRoute, TcpRoute, TlsRoute {
    /** Returns what it asks to be attached to, in the order of the object. */
    List<ParentRef> parents();

    /** Returns the host names that it is for; none means those of its parents. */
    List<String> hostnames();

    /** Returns every backend of its rules, with those of filters, in the order of the object. */
    List<BackendRef> allBackends();
}
