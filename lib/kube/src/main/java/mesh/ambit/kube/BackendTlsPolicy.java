package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;

/**
 * How a proxy speaks TLS to a backend.
 *
 * @param validation what the backend's certificate must be like
 * @param options as the object gives them
 */
public record BackendTlsPolicy(
        ObjectMeta metadata, List<Target> targets, Validation validation, Map<String, String> options)
        implements KubeObject {
    public BackendTlsPolicy {
        requireNonNull(metadata, "metadata");
        targets = List.copyOf(targets);
        requireNonNull(validation, "validation");
        options = Copies.sorted(options);
    }

    @Override
    public Kind kind() {
        return Kind.BACKEND_TLS_POLICY;
    }

    /** A backend, or one port of it by its name; an empty name of a section means all. */
    public record Target(String group, String kind, String name, String sectionName) {
        public Target {
            requireNonNull(group, "group");
            requireNonNull(kind, "kind");
            requireNonNull(name, "name");
            requireNonNull(sectionName, "sectionName");
        }
    }

    /**
     * What a certificate must be like.
     *
     * @param authorities objects that hold the authorities it may be of
     * @param wellKnown {@code System} for those of the system; empty when not given
     * @param hostname sent in the hello, and to be in the certificate unless there are {@code names}
     * @param names of which one must be in the certificate
     */
    public record Validation(List<ObjectRef> authorities, String wellKnown, String hostname, List<String> names) {
        public Validation {
            authorities = List.copyOf(authorities);
            requireNonNull(wellKnown, "wellKnown");
            requireNonNull(hostname, "hostname");
            names = List.copyOf(names);
        }
    }

    /** An object of the policy's namespace. */
    public record ObjectRef(String group, String kind, String name) {
        public ObjectRef {
            requireNonNull(group, "group");
            requireNonNull(kind, "kind");
            requireNonNull(name, "name");
        }
    }
}
