package mesh.ambit.ztunnel.dns;

/**
 * What is asked.
 *
 * @param name of what, in the asker's case
 * @param type of which records
 */
record DnsQuestion(DnsName name, int type) {
    /** Returns the question in lower case: what is looked up, sent on and remembered. */
    DnsQuestion lower() {
        DnsName lower = name.lower();
        return lower.equals(name) ? this : new DnsQuestion(lower, type);
    }

    @Override
    public String toString() {
        return RecordType.name(type) + " " + name;
    }
}
