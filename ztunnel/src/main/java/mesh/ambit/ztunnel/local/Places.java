package mesh.ambit.ztunnel.local;

import java.net.Inet4Address;
import java.net.InetAddress;
import mesh.ambit.model.Addresses;
import mesh.ambit.model.GatewayAddress;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.NetworkCidr;
import mesh.ambit.policy.IpBlock;

/** Addresses, ranges, gateways and names as the file writes them. */
final class Places {
    private Places() {}

    static InetAddress address(String path, YamlNode node) throws LocalFileException {
        return address(path, node, YamlFields.text(path, node));
    }

    /** Reads {@code network/address}, the network perhaps empty. */
    static NetworkAddress networkAddress(String path, YamlNode node) throws LocalFileException {
        String text = YamlFields.text(path, node);
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw YamlFields.problem(path, node, "expected: <network>/<address>, the network may be empty");
        }
        return new NetworkAddress(text.substring(0, slash), address(path, node, text.substring(slash + 1)));
    }

    static NetworkCidr networkCidr(String path, YamlNode node) throws LocalFileException {
        YamlFields fields = YamlFields.of(path, node);
        IpBlock block = block(fields.at("cidr"), fields.require("cidr"));
        return new NetworkCidr(fields.text("network"), block.address(), block.prefixLength());
    }

    static IpBlock block(String path, YamlNode node) throws LocalFileException {
        String text = YamlFields.text(path, node);
        int slash = text.indexOf('/');
        if (slash > 0) {
            InetAddress base = address(path, node, text.substring(0, slash));
            String length = text.substring(slash + 1);
            try {
                // As many digits as the longest prefix of the family has, leading zeros among them.
                if (length.matches(base instanceof Inet4Address ? "[0-9]{1,2}" : "[0-9]{1,3}")) {
                    return new IpBlock(base, Integer.parseInt(length));
                }
            } catch (IllegalArgumentException e) {
                throw YamlFields.problem(path, node, String.valueOf(e.getMessage()));
            }
        }
        throw YamlFields.problem(path, node, "expected: <address>/<length>");
    }

    /** Reads {@code namespace/hostname}. */
    static NamespacedHostname hostname(String path, YamlNode node, String text) throws LocalFileException {
        NamespacedHostname key = NamespacedHostname.tryParse(text);
        if (key == null) {
            throw YamlFields.problem(path, node, "expected: <namespace>/<hostname>");
        }
        return key;
    }

    /** Reads a gateway whose destination is an address if it can be one, else a host name. */
    static GatewayAddress gateway(String path, YamlNode node) throws LocalFileException {
        YamlFields fields = YamlFields.of(path, node);
        String text = fields.text("destination");
        int port = fields.port("hboneMtlsPort");
        fields.end();
        int slash = text.indexOf('/');
        InetAddress address = slash < 0 ? null : Addresses.parse(text.substring(slash + 1));
        return address != null
                ? new GatewayAddress(new NetworkAddress(text.substring(0, slash), address), port)
                : new GatewayAddress(hostname(fields.at("destination"), node, text), port);
    }

    private static InetAddress address(String path, YamlNode node, String text) throws LocalFileException {
        InetAddress address = Addresses.parse(text);
        if (address == null) {
            throw YamlFields.problem(path, node, "\"" + text + "\" is not an IP address");
        }
        return address;
    }
}
