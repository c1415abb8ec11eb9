package mesh.ambit.wire;

import com.google.protobuf.Empty;
import java.util.ArrayList;
import java.util.List;
import mesh.ambit.policy.IpBlock;
import mesh.ambit.policy.Match;
import mesh.ambit.policy.StringMatch;
import mesh.ambit.protocol.security.Address;
import mesh.ambit.protocol.security.ServiceAccountMatch;

/**
 * Matches of policies.
 *
 * <p>An address block that is none and a comparison without a kind are dropped, not rejected, as upstream does. A match
 * that loses all its fields so never holds.
 */
final class MatchWire {
    private MatchWire() {}

    static List<Match> fromProto(List<mesh.ambit.protocol.security.Match> sent) {
        List<Match> matches = new ArrayList<>(sent.size());
        for (mesh.ambit.protocol.security.Match match : sent) {
            matches.add(fromProto(match));
        }
        return matches;
    }

    private static Match fromProto(mesh.ambit.protocol.security.Match message) {
        return Match.builder()
                .namespaces(texts(message.getNamespacesList()))
                .notNamespaces(texts(message.getNotNamespacesList()))
                .principals(texts(message.getPrincipalsList()))
                .notPrincipals(texts(message.getNotPrincipalsList()))
                .sourceIps(blocks(message.getSourceIpsList()))
                .notSourceIps(blocks(message.getNotSourceIpsList()))
                .destinationIps(blocks(message.getDestinationIpsList()))
                .notDestinationIps(blocks(message.getNotDestinationIpsList()))
                .destinationPorts(ports(message.getDestinationPortsList()))
                .notDestinationPorts(ports(message.getNotDestinationPortsList()))
                .serviceAccounts(accounts(message.getServiceAccountsList()))
                .notServiceAccounts(accounts(message.getNotServiceAccountsList()))
                .build();
    }

    static mesh.ambit.protocol.security.Match toProto(Match match) {
        var message = mesh.ambit.protocol.security.Match.newBuilder()
                .addAllDestinationPorts(match.destinationPorts())
                .addAllNotDestinationPorts(match.notDestinationPorts());
        match.namespaces().forEach(text -> message.addNamespaces(toProto(text)));
        match.notNamespaces().forEach(text -> message.addNotNamespaces(toProto(text)));
        match.principals().forEach(text -> message.addPrincipals(toProto(text)));
        match.notPrincipals().forEach(text -> message.addNotPrincipals(toProto(text)));
        match.sourceIps().forEach(block -> message.addSourceIps(toProto(block)));
        match.notSourceIps().forEach(block -> message.addNotSourceIps(toProto(block)));
        match.destinationIps().forEach(block -> message.addDestinationIps(toProto(block)));
        match.notDestinationIps().forEach(block -> message.addNotDestinationIps(toProto(block)));
        match.serviceAccounts().forEach(account -> message.addServiceAccounts(toProto(account)));
        match.notServiceAccounts().forEach(account -> message.addNotServiceAccounts(toProto(account)));
        return message.build();
    }

    private static List<StringMatch> texts(List<mesh.ambit.protocol.security.StringMatch> sent) {
        List<StringMatch> texts = new ArrayList<>(sent.size());
        for (mesh.ambit.protocol.security.StringMatch text : sent) {
            switch (text.getMatchTypeCase()) {
                case EXACT -> texts.add(new StringMatch.Exact(text.getExact()));
                case PREFIX -> texts.add(new StringMatch.Prefix(text.getPrefix()));
                case SUFFIX -> texts.add(new StringMatch.Suffix(text.getSuffix()));
                case PRESENCE -> texts.add(new StringMatch.Presence());
                case MATCHTYPE_NOT_SET -> {}
            }
        }
        return texts;
    }

    private static List<IpBlock> blocks(List<Address> sent) {
        List<IpBlock> blocks = new ArrayList<>(sent.size());
        for (Address block : sent) {
            IpBlock found = AddressBytes.findBlock(block.getAddress(), block.getLength());
            if (found != null) {
                blocks.add(found);
            }
        }
        return blocks;
    }

    private static List<Integer> ports(List<Integer> sent) {
        List<Integer> ports = new ArrayList<>(sent.size());
        for (int port : sent) {
            ports.add(PortWire.low16Bits(port));
        }
        return ports;
    }

    private static List<Match.ServiceAccountMatch> accounts(List<ServiceAccountMatch> sent) {
        List<Match.ServiceAccountMatch> accounts = new ArrayList<>(sent.size());
        for (ServiceAccountMatch account : sent) {
            accounts.add(new Match.ServiceAccountMatch(account.getNamespace(), account.getServiceAccount()));
        }
        return accounts;
    }

    private static mesh.ambit.protocol.security.StringMatch toProto(StringMatch text) {
        var message = mesh.ambit.protocol.security.StringMatch.newBuilder();
        return switch (text) {
            case StringMatch.Exact(String value) -> message.setExact(value).build();
            case StringMatch.Prefix(String value) -> message.setPrefix(value).build();
            case StringMatch.Suffix(String value) -> message.setSuffix(value).build();
            case StringMatch.Presence() ->
                message.setPresence(Empty.getDefaultInstance()).build();
        };
    }

    private static Address toProto(IpBlock block) {
        return Address.newBuilder()
                .setAddress(AddressBytes.bytes(block.address()))
                .setLength(block.prefixLength())
                .build();
    }

    private static ServiceAccountMatch toProto(Match.ServiceAccountMatch account) {
        return ServiceAccountMatch.newBuilder()
                .setNamespace(account.namespace())
                .setServiceAccount(account.serviceAccount())
                .build();
    }
}
