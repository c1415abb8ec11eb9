package mesh.ambit.kube;

/** How closely objects are looked at while they are read. */
public enum Reading {
    /** As an API server would: objects with invalid values or unknown Istio fields are refused. */
    CHECKED,
    /** As they lie in a store that nobody guards: only what cannot be read at all is refused. */
    AS_STORED
}
