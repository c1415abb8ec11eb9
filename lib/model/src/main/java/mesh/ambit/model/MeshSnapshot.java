package mesh.ambit.model;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Workloads and services as the control plane described them at one moment.
 *
 * <p>Immutable, and shares structure with the snapshots before and after it: {@link #apply} costs work proportional to
 * what changes, not to the mesh. A {@code find} method returns null for what the mesh does not know.
 */
public final class MeshSnapshot {
    /** Knows nothing. */
    public static final MeshSnapshot EMPTY =
            new MeshSnapshot(WorkloadIndex.EMPTY, ServiceIndex.EMPTY, EndpointIndex.EMPTY, GatewayReferences.EMPTY);

    private final WorkloadIndex workloads;
    private final ServiceIndex services;
    private final EndpointIndex endpoints;
    private final GatewayReferences gateways;

    private MeshSnapshot(
            WorkloadIndex workloads, ServiceIndex services, EndpointIndex endpoints, GatewayReferences gateways) {
        this.workloads = workloads;
        this.services = services;
        this.endpoints = endpoints;
        this.gateways = gateways;
    }

    /**
     * Returns the mesh after one message: {@code updates} in order, then {@code removals}, so that a name in both ends
     * up removed. A removal names a workload's uid, or else a service as {@code namespace/hostname}; what neither knows
     * is ignored. Endpoints change last, so that a service and its workloads may come in any order within a message.
     */
    public MeshSnapshot apply(Collection<? extends MeshResource> updates, Collection<String> removals) {
        MeshSnapshot next = this;
        Set<String> touched = new LinkedHashSet<>();
        for (MeshResource update : updates) {
            next = switch (update) {
                case Workload workload -> {
                    touched.add(workload.uid());
                    yield next.with(workload);
                }
                case Service service -> next.with(service);
            };
        }
        for (String name : removals) {
            touched.add(name);
            next = next.without(name);
        }
        return touched.isEmpty() ? next : next.withEndpointsOf(touched, workloads.byUid());
    }

    /** Returns every workload by uid. */
    public PersistentMap<String, Workload> workloads() {
        return workloads.byUid();
    }

    /** Returns every service by key. */
    public PersistentMap<NamespacedHostname, Service> services() {
        return services.byKey();
    }

    /** Returns the endpoints that wait for their service to appear, by the service's key. */
    public PersistentMap<NamespacedHostname, PersistentMap<String, Endpoint>> stagedEndpoints() {
        PersistentMap<NamespacedHostname, PersistentMap<String, Endpoint>> staged = endpoints.members();
        for (NamespacedHostname known : services.byKey().keys()) {
            staged = staged.without(known);
        }
        return staged;
    }

    /** Returns the endpoints of a known service by workload uid, filtered by its health policy. */
    public PersistentMap<String, Endpoint> endpoints(NamespacedHostname service) {
        return endpoints.endpointsOf(service);
    }

    /** Returns the endpoints of a known service with what was worked out from them before; null when it has none. */
    public @Nullable ServiceEndpoints findEndpoints(NamespacedHostname service) {
        return endpoints.stored().find(service);
    }

    /** Returns the workloads that say they are endpoints of a service, by uid, whatever their health. */
    public PersistentMap<String, Endpoint> members(NamespacedHostname service) {
        return endpoints.members().findOr(service, PersistentMap.empty());
    }

    public @Nullable Workload findWorkload(String uid) {
        return workloads.byUid().find(uid);
    }

    /**
     * Returns the workload at an address: of several a pod, then one that speaks HBONE, then the one stored last. A
     * workload on its host's network is not found by address.
     */
    public @Nullable Workload findWorkload(NetworkAddress address) {
        return workloads.at(address);
    }

    /** Returns the workload with this host name of its own, the one stored last. */
    public @Nullable Workload findWorkload(NamespacedHostname hostname) {
        var candidates = workloads.byHostname().find(hostname);
        return candidates == null ? null : candidates.getLast();
    }

    /** Returns the workload of a pod of {@code node}; null for {@code node} looks on every node. */
    public @Nullable Workload findLocalWorkload(WorkloadInfo pod, @Nullable String node) {
        return workloads.local(pod, node);
    }

    public @Nullable Service findService(NamespacedHostname key) {
        return services.byKey().find(key);
    }

    /**
     * Returns the service that a client in {@code clientNamespace} reaches at an address: one with exactly that virtual
     * address, else one with a range around it. Of several exact ones the client's own namespace wins, then the
     * canonical one (the last of them), then the first; of ranges the client's own namespace, then the longer prefix.
     *
     * @param clientNamespace null for a client that sees every service and lives in no namespace
     */
    public @Nullable Service findService(NetworkAddress address, @Nullable String clientNamespace) {
        return services.at(address, clientNamespace);
    }

    /** Returns the service that a client in {@code clientNamespace} means by a host name, ranked as for addresses. */
    public @Nullable Service findServiceByHostname(String hostname, @Nullable String clientNamespace) {
        return services.byHostname(hostname, clientNamespace);
    }

    /** Returns every service with a host name, in the order in which they were stored. */
    public List<Service> servicesByHostname(String hostname) {
        return services.allByHostname(hostname);
    }

    /** Returns whether some service or workload names {@code workload} as its waypoint or network gateway. */
    public boolean isGateway(Workload workload) {
        return gateways.pointAt(workload, services.byKey());
    }

    /** Returns the mesh with the endpoints of these workloads brought up to date; {@code before} is what they were. */
    private MeshSnapshot withEndpointsOf(Set<String> uids, PersistentMap<String, Workload> before) {
        EndpointIndex next = endpoints;
        ServiceIndex holders = services;
        for (String uid : uids) {
            Workload old = before.find(uid);
            if (old != null) {
                holders = holding(holders, next, old);
                next = next.withoutWorkload(old);
            }
        }
        for (String uid : uids) {
            Workload workload = workloads.byUid().find(uid);
            if (workload != null) {
                next = next.withWorkload(workload, services.byKey());
                holders = holding(holders, next, workload);
            }
        }
        return new MeshSnapshot(workloads, holders, next, gateways);
    }

    /** Returns the services where those of which {@code endpoint} is one hold their addresses. */
    private static ServiceIndex holding(ServiceIndex services, EndpointIndex endpoints, Workload endpoint) {
        ServiceIndex next = services;
        for (NamespacedHostname key : endpoint.services().keySet()) {
            ServiceEndpoints there = endpoints.stored().find(key);
            if (there != null && there.byWorkload().containsKey(endpoint.uid())) {
                next = next.holding(key);
            }
        }
        return next;
    }

    private MeshSnapshot with(Workload workload) {
        Workload before = workloads.byUid().find(workload.uid());
        GatewayReferences others = before == null ? gateways : gateways.without(before);
        return new MeshSnapshot(workloads.with(workload), services, endpoints, others.with(workload));
    }

    private MeshSnapshot with(Service service) {
        Service before = services.byKey().find(service.key());
        GatewayReferences others = before == null ? gateways : gateways.without(before);
        return new MeshSnapshot(
                workloads,
                services.with(service),
                endpoints.withService(service, before != null),
                others.with(service));
    }

    private MeshSnapshot without(String name) {
        Workload workload = workloads.byUid().find(name);
        if (workload != null) {
            return new MeshSnapshot(workloads.without(name), services, endpoints, gateways.without(workload));
        }
        NamespacedHostname key = NamespacedHostname.tryParse(name);
        Service service = key == null ? null : services.byKey().find(key);
        if (key == null || service == null) {
            return this;
        }
        return new MeshSnapshot(
                workloads, services.without(key), endpoints.withoutService(key), gateways.without(service));
    }
}
