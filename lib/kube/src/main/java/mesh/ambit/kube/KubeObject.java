package mesh.ambit.kube;

/** An object that Ambit reads, trimmed to the fields it uses. Immutable. */
public sealed interface KubeObject
        permits AuthorizationPolicy,
                ConfigMap,
                EndpointSlice,
                Gateway,
                GatewayClass,
                Namespace,
                Node,
                PeerAuthentication,
                Pod,
                Service,
                ServiceAccount,
                ServiceEntry,
                WorkloadEntry {

    /** Returns name, namespace, labels and the like. */
    ObjectMeta metadata();

    /** Returns the kind of this object. */
    Kind kind();

    /** Returns what identifies this object. */
    default ObjectKey key() {
        return new ObjectKey(kind(), metadata().namespace(), metadata().name());
    }
}
