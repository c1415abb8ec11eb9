package mesh.ambit.ztunnel.dns;

/** What {@link MeshNames} decides about a question. */
sealed interface NameDecision {
    /** The mesh does not know the name, or not this about it: the name servers are asked. */
    enum Forward implements NameDecision {
        INSTANCE
    }

    /**
     * The mesh knows the name.
     *
     * @param answer what the client is told
     * @param result what the log says
     */
    record Answered(DnsAnswer answer, String result) implements NameDecision {
        /** Addresses were found. */
        static final String SUCCESS = "success";

        /** The service has no address of the asked family, or none at all. */
        static final String NO_RECORDS = "no records";

        /** The service is not for the asked family. */
        static final String FAMILY = "service does not support this record type";
    }
}
