package mesh.ambit.istiod.push;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.List;
import mesh.ambit.model.MeshResource;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.NetworkCidr;
import mesh.ambit.model.Service;
import mesh.ambit.model.Workload;
import mesh.ambit.protocol.workload.Address;

/**
 * A workload or service as it is sent, encoded once and shared by every stream and by every later state in which it is
 * the same.
 *
 * @param source what it was encoded from
 * @param hash of its bytes; the version that clients see is its text
 * @param plain the resource as a wildcard subscriber gets it: name, version, bytes
 */
record AddressResource(MeshResource source, long hash, EncodedResource plain) {
    String name() {
        return plain.name();
    }

    String version() {
        return XxHash64.version(hash);
    }

    /** Returns the resource with its aliases, as an on-demand subscriber gets it. */
    EncodedResource aliased() {
        return plain.withAliases(aliases());
    }

    /** Returns the workload alone, as type {@link ResourceType#WORKLOAD} carries it, under the version of the address. */
    EncodedResource bare() {
        try {
            Address address = Address.parseFrom(plain.resource().getResource().getValue());
            return plain.withContent(
                    ResourceType.WORKLOAD, address.getWorkload().toByteString());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("our own encoding of " + name() + " does not decode", e);
        }
    }

    boolean isWorkload() {
        return source instanceof Workload;
    }

    /** Returns the other names that a client is told: {@code network/address}, for a range {@code network/base/length}. */
    List<String> aliases() {
        return texts(true);
    }

    /** Returns the other names by which it is found; of a range that is the base address alone. */
    List<String> lookups() {
        return texts(false);
    }

    /** Returns whether this is a workload on {@code node}; never for the empty name. */
    boolean runsOn(String node) {
        return !node.isEmpty()
                && source instanceof Workload workload
                && workload.node().equals(node);
    }

    private List<String> texts(boolean withPrefix) {
        List<String> texts = new ArrayList<>();
        switch (source) {
            case Workload workload ->
                workload.addresses().forEach(address -> texts.add(workload.network() + "/" + CanonicalIp.of(address)));
            case Service service -> {
                for (NetworkAddress vip : service.vips()) {
                    texts.add(vip.network() + "/" + CanonicalIp.of(vip.address()));
                }
                for (NetworkCidr vip : service.cidrVips()) {
                    String base = vip.network() + "/" + CanonicalIp.of(vip.base());
                    texts.add(withPrefix ? base + "/" + vip.prefixLength() : base);
                }
            }
        }
        return texts;
    }
}
