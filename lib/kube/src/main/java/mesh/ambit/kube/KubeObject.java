package mesh.ambit.kube;

/** An object that Ambit reads, trimmed to the fields it uses. Immutable. */
public sealed interface KubeObject
        permits AuthorizationPolicy,
                BackendTlsPolicy,
                ConfigMap,
                DestinationRule,
                EndpointSlice,
                Gateway,
                GatewayClass,
                Namespace,
                Node,
                PeerAuthentication,
                Pod,
                ReferenceGrant,
                RequestAuthentication,
                Route,
                Service,
                ServiceAccount,
                ServiceEntry,
                Telemetry,
                VirtualService,
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
