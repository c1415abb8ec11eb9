package mesh.ambit.istiod.issuer;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import mesh.ambit.identity.SpiffeId;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;

/** Whom a certificate names. */
public sealed interface Subject {
    /** The longest common name (RFC 5280, upper bounds); a longer identity goes without. */
    int MAX_COMMON_NAME = 64;

    /**
     * A workload: its identity, as the only name, for client and server.
     *
     * @param commonName whether the subject repeats the identity, where it is short enough
     */
    record Workload(SpiffeId identity, boolean commonName) implements Subject {
        @Override
        public String toString() {
            return identity.toString();
        }
    }

    /** A port of ours, under each of its names. */
    record Server(List<String> dnsNames, List<InetAddress> addresses) implements Subject {
        public Server {
            dnsNames = List.copyOf(dnsNames);
            addresses = List.copyOf(addresses);
        }

        @Override
        public String toString() {
            return dnsNames + " "
                    + addresses.stream().map(InetAddress::getHostAddress).toList();
        }
    }

    /** Returns the subject alternative names. */
    default GeneralNames names() {
        return switch (this) {
            case Workload(SpiffeId identity, boolean _) ->
                new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, identity.toString()));
            case Server(List<String> dnsNames, List<InetAddress> addresses) -> {
                List<GeneralName> names = new ArrayList<>();
                dnsNames.forEach(name -> names.add(new GeneralName(GeneralName.dNSName, name)));
                // As bytes: the text of an address may carry a zone, which a certificate cannot.
                addresses.forEach(address ->
                        names.add(new GeneralName(GeneralName.iPAddress, new DEROctetString(address.getAddress()))));
                yield new GeneralNames(names.toArray(GeneralName[]::new));
            }
        };
    }
}
