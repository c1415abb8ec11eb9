package mesh.ambit.policy;

import java.util.List;

/**
 * One match of a clause: every populated field must hold. A positive list holds if any element hits, a negative list if
 * none does. A match without any populated field never holds.
 *
 * @param namespaces source namespaces
 * @param notNamespaces source namespaces that must not hit
 * @param principals source principals, without {@code spiffe://}
 * @param notPrincipals principals that must not hit
 * @param sourceIps ranges of the connection's peer
 * @param notSourceIps ranges that must not hold the peer
 * @param destinationIps ranges of the target address
 * @param notDestinationIps ranges that must not hold the target
 * @param destinationPorts target ports
 * @param notDestinationPorts ports that must not be the target
 * @param serviceAccounts source service accounts, whatever the trust domain
 * @param notServiceAccounts service accounts that must not be the source
 */
public record Match(
        List<StringMatch> namespaces,
        List<StringMatch> notNamespaces,
        List<StringMatch> principals,
        List<StringMatch> notPrincipals,
        List<IpBlock> sourceIps,
        List<IpBlock> notSourceIps,
        List<IpBlock> destinationIps,
        List<IpBlock> notDestinationIps,
        List<Integer> destinationPorts,
        List<Integer> notDestinationPorts,
        List<ServiceAccountMatch> serviceAccounts,
        List<ServiceAccountMatch> notServiceAccounts) {
    /** No field populated: never holds. */
    public static final Match EMPTY = builder().build();

    /** A namespace and a service account in it, compared literally. */
    public record ServiceAccountMatch(String namespace, String serviceAccount) {}

    public Match {
        namespaces = List.copyOf(namespaces);
        notNamespaces = List.copyOf(notNamespaces);
        principals = List.copyOf(principals);
        notPrincipals = List.copyOf(notPrincipals);
        sourceIps = List.copyOf(sourceIps);
        notSourceIps = List.copyOf(notSourceIps);
        destinationIps = List.copyOf(destinationIps);
        notDestinationIps = List.copyOf(notDestinationIps);
        destinationPorts = List.copyOf(destinationPorts);
        notDestinationPorts = List.copyOf(notDestinationPorts);
        serviceAccounts = List.copyOf(serviceAccounts);
        notServiceAccounts = List.copyOf(notServiceAccounts);
    }

    /** Returns whether no field is populated. */
    public boolean isEmpty() {
        return this.equals(EMPTY);
    }

    /** Returns a builder of an empty match. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects the fields of a {@link Match}; one thread. */
    public static final class Builder {
        private List<StringMatch> namespaces = List.of();
        private List<StringMatch> notNamespaces = List.of();
        private List<StringMatch> principals = List.of();
        private List<StringMatch> notPrincipals = List.of();
        private List<IpBlock> sourceIps = List.of();
        private List<IpBlock> notSourceIps = List.of();
        private List<IpBlock> destinationIps = List.of();
        private List<IpBlock> notDestinationIps = List.of();
        private List<Integer> destinationPorts = List.of();
        private List<Integer> notDestinationPorts = List.of();
        private List<ServiceAccountMatch> serviceAccounts = List.of();
        private List<ServiceAccountMatch> notServiceAccounts = List.of();

        private Builder() {}

        public Builder namespaces(List<StringMatch> values) {
            namespaces = values;
            return this;
        }

        public Builder notNamespaces(List<StringMatch> values) {
            notNamespaces = values;
            return this;
        }

        public Builder principals(List<StringMatch> values) {
            principals = values;
            return this;
        }

        public Builder notPrincipals(List<StringMatch> values) {
            notPrincipals = values;
            return this;
        }

        public Builder sourceIps(List<IpBlock> values) {
            sourceIps = values;
            return this;
        }

        public Builder notSourceIps(List<IpBlock> values) {
            notSourceIps = values;
            return this;
        }

        public Builder destinationIps(List<IpBlock> values) {
            destinationIps = values;
            return this;
        }

        public Builder notDestinationIps(List<IpBlock> values) {
            notDestinationIps = values;
            return this;
        }

        public Builder destinationPorts(List<Integer> values) {
            destinationPorts = values;
            return this;
        }

        public Builder notDestinationPorts(List<Integer> values) {
            notDestinationPorts = values;
            return this;
        }

        public Builder serviceAccounts(List<ServiceAccountMatch> values) {
            serviceAccounts = values;
            return this;
        }

        public Builder notServiceAccounts(List<ServiceAccountMatch> values) {
            notServiceAccounts = values;
            return this;
        }

        /** Returns the match; its lists are copies. */
        public Match build() {
            return new Match(
                    namespaces,
                    notNamespaces,
                    principals,
                    notPrincipals,
                    sourceIps,
                    notSourceIps,
                    destinationIps,
                    notDestinationIps,
                    destinationPorts,
                    notDestinationPorts,
                    serviceAccounts,
                    notServiceAccounts);
        }
    }
}
