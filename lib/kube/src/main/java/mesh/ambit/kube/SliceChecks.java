package mesh.ambit.kube;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What an API server refuses in endpoint slices. */
final class SliceChecks {
    private static final int MAX_ADDRESSES = 100;

    private SliceChecks() {}

    static void check(Fields object, EndpointSlice slice) {
        if (slice.addressType().isEmpty()) {
            object.found(ProblemCode.MISSING_FIELD, "addressType", "missing", "expected one of FQDN, IPv4, IPv6");
        }
        Checks.oneOf(object, "addressType", slice.addressType(), Set.of("IPv4", "IPv6", "FQDN"));
        List<Fields> endpoints = object.children("endpoints");
        for (int i = 0; i < endpoints.size(); i++) {
            addresses(endpoints.get(i), slice.endpoints().get(i).addresses(), slice.addressType());
        }
        Set<String> names = new HashSet<>();
        List<Fields> ports = object.children("ports");
        for (int i = 0; i < ports.size(); i++) {
            EndpointSlice.Port port = slice.ports().get(i);
            String name = port.name() == null ? "" : port.name();
            if (!name.isEmpty()) {
                Checks.label(ports.get(i), "name", name);
            }
            if (!names.add(name)) {
                ports.get(i)
                        .found(
                                ProblemCode.CONFLICTING_FIELDS,
                                "name",
                                name.isEmpty() ? "two ports have no name" : "\"" + name + "\" is there already",
                                "give each port of a slice a name of its own");
            }
            String protocol = port.protocol();
            if (protocol != null) {
                Checks.oneOf(ports.get(i), "protocol", protocol, CoreObjects.PROTOCOLS);
            }
        }
    }

    private static void addresses(Fields endpoint, List<String> addresses, String type) {
        if (addresses.isEmpty()) {
            endpoint.found(ProblemCode.MISSING_FIELD, "addresses", "an endpoint needs an address", "");
        } else if (addresses.size() > MAX_ADDRESSES) {
            endpoint.found(
                    ProblemCode.TOO_LARGE,
                    "addresses",
                    addresses.size() + " addresses",
                    "expected at most " + MAX_ADDRESSES);
        }
        for (int i = 0; i < addresses.size(); i++) {
            String address = addresses.get(i);
            String wrong = switch (type) {
                case "IPv4" -> IpText.isV4(address) ? IpText.special(address) : "not an IPv4 address";
                case "IPv6" -> IpText.isV6(address) ? IpText.special(address) : "not an IPv6 address";
                default -> "";
            };
            if (!wrong.isEmpty()) {
                endpoint.foundItem(ProblemCode.INVALID_ADDRESS, "addresses", i, "\"" + address + "\" is " + wrong, "");
            }
        }
    }
}
