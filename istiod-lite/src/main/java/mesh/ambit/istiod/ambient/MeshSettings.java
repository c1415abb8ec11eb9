package mesh.ambit.istiod.ambient;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.model.Workload;

/**
 * What holds for the whole mesh and comes from no object.
 *
 * @param clusterId first part of every workload's uid
 * @param trustDomain trust domain of every identity
 * @param domainSuffix end of every service's host name
 * @param rootNamespace where policies for the whole mesh live
 * @param systemNamespace the namespace whose label names the network
 * @param revision our own; empty to take objects of every revision
 * @param sharedConfig name of a ConfigMap whose settings hold where those of our own ConfigMap say nothing; empty for none
 * @param features what is switched on
 */
public record MeshSettings(
        String clusterId,
        String trustDomain,
        String domainSuffix,
        String rootNamespace,
        String systemNamespace,
        String revision,
        String sharedConfig,
        Set<Feature> features) {

    private static final String CONFIG_MAP = "istio";

    /** The settings of a mesh that nobody configured. */
    public static final MeshSettings DEFAULT = new MeshSettings(
            Workload.DEFAULT_CLUSTER,
            SpiffeId.DEFAULT_TRUST_DOMAIN,
            "cluster.local",
            "istio-system",
            "istio-system",
            "default",
            "",
            Feature.defaults());

    public MeshSettings {
        requireNonNull(clusterId, "clusterId");
        requireNonNull(trustDomain, "trustDomain");
        requireNonNull(domainSuffix, "domainSuffix");
        requireNonNull(rootNamespace, "rootNamespace");
        requireNonNull(systemNamespace, "systemNamespace");
        requireNonNull(revision, "revision");
        requireNonNull(sharedConfig, "sharedConfig");
        features = Collections.unmodifiableSet(new TreeSet<>(features));
    }

    /** Returns whether a feature is switched on. */
    public boolean has(Feature feature) {
        return features.contains(feature);
    }

    /** Returns the same with other features. */
    public MeshSettings withFeatures(Set<Feature> others) {
        return new MeshSettings(
                clusterId, trustDomain, domainSuffix, rootNamespace, systemNamespace, revision, sharedConfig, others);
    }

    /** Returns the ConfigMaps that may say more, the one that counts most last. */
    public List<ObjectKey> configMaps() {
        String own = revision.isEmpty() || revision.equals("default") ? CONFIG_MAP : CONFIG_MAP + "-" + revision;
        return Stream.of(sharedConfig, own)
                .filter(name -> !name.isEmpty())
                .distinct()
                .map(name -> new ObjectKey(Kind.CONFIG_MAP, systemNamespace, name))
                .toList();
    }
}
