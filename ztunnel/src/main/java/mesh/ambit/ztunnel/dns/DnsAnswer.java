package mesh.ambit.ztunnel.dns;

import java.util.List;

/**
 * What a client is told.
 *
 * @param rcode one of {@link Messages}'
 * @param authoritative whether we are the authority for the name
 */
record DnsAnswer(int rcode, boolean authoritative, List<DnsRecord> answers, List<DnsRecord> additionals) {
    DnsAnswer {
        answers = List.copyOf(answers);
        additionals = List.copyOf(additionals);
    }

    static DnsAnswer error(int rcode) {
        return new DnsAnswer(rcode, false, List.of(), List.of());
    }

    /** Returns an answer about a name of the mesh, perhaps without records. */
    static DnsAnswer ofMesh(List<DnsRecord> answers) {
        return new DnsAnswer(Messages.NOERROR, true, answers, List.of());
    }

    /** Returns whether upstream treats it as an error, which a forwarded answer without records is too. */
    boolean isError() {
        return !authoritative && answers.isEmpty() && additionals.isEmpty();
    }
}
