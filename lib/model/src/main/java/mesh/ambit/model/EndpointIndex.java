package mesh.ambit.model;

import mesh.ambit.model.LoadBalancing.HealthPolicy;

/**
 * Which workloads are endpoints of which services, whichever of the two arrives first.
 *
 * @param members every workload that names a service, known or not
 * @param stored the endpoints of each known service: its members as its health policy let them in. An unhealthy one
 *     that was kept out comes back only when its workload is sent again, as upstream has it
 */
record EndpointIndex(
        PersistentMap<NamespacedHostname, PersistentMap<String, Endpoint>> members,
        PersistentMap<NamespacedHostname, ServiceEndpoints> stored) {
    static final EndpointIndex EMPTY = new EndpointIndex(PersistentMap.empty(), PersistentMap.empty());

    EndpointIndex withWorkload(Workload workload, PersistentMap<NamespacedHostname, Service> services) {
        EndpointIndex next = this;
        for (var entry : workload.services().entrySet()) {
            NamespacedHostname key = entry.getKey();
            Endpoint endpoint = new Endpoint(workload.uid(), entry.getValue(), workload.status());
            var nextMembers = put(next.members, key, endpoint);
            Service service = services.find(key);
            next = new EndpointIndex(
                    nextMembers, service == null ? next.stored : taken(next.stored, service, endpoint));
        }
        return next;
    }

    EndpointIndex withoutWorkload(Workload workload) {
        EndpointIndex next = this;
        for (NamespacedHostname key : workload.services().keySet()) {
            next = new EndpointIndex(cut(next.members, key, workload.uid()), left(next.stored, key, workload.uid()));
        }
        return next;
    }

    /** Returns the index with {@code service} in it; a service that appears takes the members known so far. */
    EndpointIndex withService(Service service, boolean known) {
        NamespacedHostname key = service.key();
        PersistentMap<String, Endpoint> candidates =
                known ? endpointsOf(key) : members.findOr(key, PersistentMap.empty());
        if (service.loadBalancing().healthPolicy() == HealthPolicy.ALLOW_ALL) {
            return new EndpointIndex(members, replace(service, candidates));
        }
        Filter filter = new Filter(candidates);
        candidates.forEach(filter::drop);
        return new EndpointIndex(members, replace(service, filter.kept));
    }

    EndpointIndex withoutService(NamespacedHostname key) {
        return new EndpointIndex(members, stored.without(key));
    }

    /** Returns the endpoints of a known service by workload uid. */
    PersistentMap<String, Endpoint> endpointsOf(NamespacedHostname service) {
        ServiceEndpoints there = stored.find(service);
        return there == null ? PersistentMap.empty() : there.byWorkload();
    }

    private PersistentMap<NamespacedHostname, ServiceEndpoints> replace(
            Service service, PersistentMap<String, Endpoint> endpoints) {
        return endpoints.isEmpty()
                ? stored.without(service.key())
                : stored.with(service.key(), new ServiceEndpoints(service, endpoints));
    }

    private static PersistentMap<NamespacedHostname, ServiceEndpoints> taken(
            PersistentMap<NamespacedHostname, ServiceEndpoints> index, Service service, Endpoint endpoint) {
        boolean takes = endpoint.status() == WorkloadStatus.HEALTHY
                || service.loadBalancing().healthPolicy() == HealthPolicy.ALLOW_ALL;
        if (!takes) {
            return index;
        }
        ServiceEndpoints there = index.find(service.key());
        PersistentMap<String, Endpoint> endpoints = there == null ? PersistentMap.empty() : there.byWorkload();
        return index.with(
                service.key(), new ServiceEndpoints(service, endpoints.with(endpoint.workloadUid(), endpoint)));
    }

    private static PersistentMap<NamespacedHostname, ServiceEndpoints> left(
            PersistentMap<NamespacedHostname, ServiceEndpoints> index, NamespacedHostname key, String uid) {
        ServiceEndpoints there = index.find(key);
        if (there == null || !there.byWorkload().containsKey(uid)) {
            return index;
        }
        PersistentMap<String, Endpoint> next = there.byWorkload().without(uid);
        return next.isEmpty() ? index.without(key) : index.with(key, new ServiceEndpoints(there.service(), next));
    }

    private static PersistentMap<NamespacedHostname, PersistentMap<String, Endpoint>> put(
            PersistentMap<NamespacedHostname, PersistentMap<String, Endpoint>> index,
            NamespacedHostname key,
            Endpoint endpoint) {
        return index.with(
                key, index.findOr(key, PersistentMap.<String, Endpoint>empty()).with(endpoint.workloadUid(), endpoint));
    }

    private static PersistentMap<NamespacedHostname, PersistentMap<String, Endpoint>> cut(
            PersistentMap<NamespacedHostname, PersistentMap<String, Endpoint>> index,
            NamespacedHostname key,
            String uid) {
        PersistentMap<String, Endpoint> there = index.find(key);
        if (there == null) {
            return index;
        }
        PersistentMap<String, Endpoint> next = there.without(uid);
        return next.isEmpty() ? index.without(key) : index.with(key, next);
    }

    /** Drops the unhealthy from a map while walking through what it was. */
    private static final class Filter {
        private PersistentMap<String, Endpoint> kept;

        Filter(PersistentMap<String, Endpoint> all) {
            kept = all;
        }

        void drop(String uid, Endpoint endpoint) {
            if (endpoint.status() != WorkloadStatus.HEALTHY) {
                kept = kept.without(uid);
            }
        }
    }
}
