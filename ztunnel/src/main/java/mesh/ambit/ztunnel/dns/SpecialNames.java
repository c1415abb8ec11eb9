package mesh.ambit.ztunnel.dns;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Names that no name server is asked about: those that RFC 6761 and RFC 7686 set apart, and those of the {@code hosts}
 * file. As upstream has it, {@code .local} is an ordinary domain, since Kubernetes makes use of it.
 */
final class SpecialNames {
    private static final InetAddress LOOPBACK_IPV4 = InetAddress.ofLiteral("127.0.0.1");
    private static final InetAddress LOOPBACK_IPV6 = InetAddress.ofLiteral("::1");
    private static final List<List<String>> LOOPBACK_ZONES =
            List.of(List.of("localhost"), labels("127.in-addr.arpa"), labels("1" + ".0".repeat(31) + ".ip6.arpa"));
    private static final List<List<String>> EMPTY_ZONES = List.of(List.of("invalid"), List.of("onion"));
    private static final DnsName LOCALHOST =
            new DnsName(new byte[] {9, 'l', 'o', 'c', 'a', 'l', 'h', 'o', 's', 't', 0});

    private final Function<String, List<InetAddress>> hosts;

    /** Creates one; {@code hosts} returns the addresses of a lower-case name without its final dot, empty for none. */
    SpecialNames(Function<String, List<InetAddress>> hosts) {
        this.hosts = hosts;
    }

    /** Returns what is known without asking; null for an ordinary name. {@code question} is in lower case. */
    @Nullable
    Resolution find(DnsQuestion question) {
        List<String> labels = question.name().labels();
        if (question.type() == RecordType.A || question.type() == RecordType.AAAA) {
            List<DnsRecord> records = hosts.apply(String.join(".", labels)).stream()
                    .filter(address -> address instanceof Inet4Address == (question.type() == RecordType.A))
                    .map(address -> DnsRecord.of(question.name(), Resolution.MAX_TTL, address))
                    .toList();
            if (!records.isEmpty()) {
                return Resolution.found(records, List.of(), 0);
            }
        }
        if (isIn(LOOPBACK_ZONES, labels)) {
            return loopback(question);
        }
        return isIn(EMPTY_ZONES, labels) ? Resolution.nothing(Messages.NXDOMAIN, question, 0) : null;
    }

    private static Resolution loopback(DnsQuestion question) {
        DnsName name = question.name();
        return switch (question.type()) {
            case RecordType.A -> one(DnsRecord.of(name, Resolution.MAX_TTL, LOOPBACK_IPV4));
            case RecordType.AAAA -> one(DnsRecord.of(name, Resolution.MAX_TTL, LOOPBACK_IPV6));
            case RecordType.PTR -> one(DnsRecord.ofName(name, RecordType.PTR, Resolution.MAX_TTL, LOCALHOST));
            default -> Resolution.nothing(Messages.NOERROR, question, 0);
        };
    }

    private static Resolution one(DnsRecord record) {
        return Resolution.found(List.of(record), List.of(), 0);
    }

    private static boolean isIn(List<List<String>> zones, List<String> name) {
        for (List<String> zone : zones) {
            int skipped = name.size() - zone.size();
            if (skipped >= 0 && name.subList(skipped, name.size()).equals(zone)) {
                return true;
            }
        }
        return false;
    }

    private static List<String> labels(String name) {
        return List.of(name.split("\\.", -1));
    }
}
