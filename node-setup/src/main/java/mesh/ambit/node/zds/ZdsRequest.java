package mesh.ambit.node.zds;

/** Something to be said to a ztunnel and to be acknowledged by it. */
sealed interface ZdsRequest {
    /** Serve this pod; its namespace goes beside. */
    record Add(ZdsWorkload workload) implements ZdsRequest {}

    /** Serve this pod no more. */
    record Del(String uid) implements ZdsRequest {}

    /** That was all: what has not been named is gone. */
    record SnapshotSent() implements ZdsRequest {}
}
