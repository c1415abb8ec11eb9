package mesh.ambit.perf.load;

/** Traffic that goes on until it is stopped. */
interface Work {
    /** Returns what it counts into. */
    Tally tally();

    /** Ends the traffic and returns when its sockets are closed. */
    void stop();
}
