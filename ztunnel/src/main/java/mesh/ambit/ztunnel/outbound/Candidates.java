package mesh.ambit.ztunnel.outbound;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import mesh.ambit.model.ApplicationTunnel;
import mesh.ambit.model.Endpoint;
import mesh.ambit.model.LoadBalancing;
import mesh.ambit.model.LoadBalancing.Mode;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.Service;
import mesh.ambit.model.ServiceEndpoints;
import mesh.ambit.model.Workload;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of a service that a connection may go to: those that can take its port, and of them the nearest. Worked
 * out once for each {@link Question} and version of the service; a connection then costs a draw and a binary search.
 */
final class Candidates {
    /** In the place of a port where none is known. */
    static final int NO_PORT = -1;

    private static final int NONE = -1;

    private final Workload[] workloads;
    private final int[] targetPorts;
    /** The capacities of the candidates up to each one, it included. */
    private final long[] upTo;

    private final int rank;
    private final int endpoints;

    private Candidates(List<Workload> nearest, int[] targetPorts, int rank, int endpoints) {
        this.workloads = nearest.toArray(new Workload[0]);
        this.targetPorts = targetPorts;
        this.upTo = new long[workloads.length];
        this.rank = rank;
        this.endpoints = endpoints;
        long sum = 0;
        for (int i = 0; i < workloads.length; i++) {
            sum += Integer.toUnsignedLong(workloads[i].capacity());
            upTo[i] = sum;
        }
    }

    /** Who asks for an endpoint: an application, or we for a waypoint, whose port need not be one of the service's. */
    enum Purpose {
        APPLICATION,
        WAYPOINT
    }

    /**
     * What decides who is a candidate.
     *
     * @param port the port asked for, which is the service's as a rule
     * @param purpose who asks
     * @param from where the client stands
     */
    record Question(int port, Purpose purpose, Vantage from) implements ServiceEndpoints.Derivation<Candidates> {
        static Question of(Service service, int port, Purpose purpose, Workload client) {
            LoadBalancing balancing = service.loadBalancing();
            boolean near = balancing.mode() != Mode.UNSPECIFIED_MODE
                    && !balancing.routingPreference().isEmpty();
            return new Question(port, purpose, near ? Vantage.of(client) : Vantage.inNetwork(client.network()));
        }

        @Override
        public Candidates derive(ServiceEndpoints endpoints, MeshSnapshot mesh) {
            return nearest(this, endpoints, mesh);
        }
    }

    private static Candidates nearest(Question question, ServiceEndpoints endpoints, MeshSnapshot mesh) {
        Service service = endpoints.service();
        List<Workload> nearest = new ArrayList<>();
        List<Integer> ports = new ArrayList<>();
        int best = Vantage.OUT;
        for (Endpoint endpoint : endpoints.byWorkload().values()) {
            Workload workload = mesh.findWorkload(endpoint.workloadUid());
            int rank = workload == null ? Vantage.OUT : rank(question, service, endpoint, workload);
            if (workload == null || rank == Vantage.OUT || rank < best) {
                continue;
            }
            if (rank > best) {
                best = rank;
                nearest.clear();
                ports.clear();
            }
            nearest.add(workload);
            ports.add(targetPort(service, endpoint, workload, question.port()));
        }
        int[] targets = ports.stream().mapToInt(Integer::intValue).toArray();
        return new Candidates(nearest, targets, best, endpoints.byWorkload().size());
    }

    private static int rank(Question question, Service service, Endpoint endpoint, Workload workload) {
        if (!canTake(question, service, endpoint, workload)) {
            return Vantage.OUT;
        }
        LoadBalancing balancing = service.loadBalancing();
        return balancing.mode() == Mode.UNSPECIFIED_MODE
                ? 0
                : question.from().rank(workload, balancing.mode(), balancing.routingPreference());
    }

    private static boolean canTake(Question question, Service service, Endpoint endpoint, Workload workload) {
        if (workload.addresses().isEmpty() && workload.hostname().isEmpty()) {
            boolean near = workload.network().equals(question.from().network());
            if (near || workload.networkGateway() == null) {
                return false;
            }
        }
        return switch (question.purpose()) {
            case APPLICATION ->
                service.targetPort(question.port()) != 0
                        || (service.hasPort(question.port()) && endpoint.mapsPort(question.port()));
            case WAYPOINT -> service.hasPort(question.port()) || workload.applicationTunnel() != null;
        };
    }

    /** Returns the endpoint's own port for a service's: its own map first, even where that says 0, then the service's. */
    private static int targetPort(Service service, Endpoint endpoint, Workload workload, int port) {
        if (endpoint.mapsPort(port)) {
            return endpoint.targetPort(port);
        }
        int mapped = service.targetPort(port);
        if (mapped != 0) {
            return mapped;
        }
        ApplicationTunnel tunnel = workload.applicationTunnel();
        return tunnel != null && tunnel.port() != 0 ? port : NO_PORT;
    }

    int size() {
        return workloads.length;
    }

    Workload workload(int index) {
        return workloads[index];
    }

    /** Returns the port to ask a candidate for; {@link #NO_PORT} when neither it nor the service knows. */
    int targetPort(int index) {
        return targetPorts[index];
    }

    /** Returns a candidate's share of the connections; 0 takes none. */
    long capacity(int index) {
        return upTo[index] - (index == 0 ? 0 : upTo[index - 1]);
    }

    /** Returns the rank that all candidates share. */
    int rank() {
        return rank;
    }

    /** Returns how many endpoints the service has, candidates or not. */
    int endpoints() {
        return endpoints;
    }

    /** Returns the index of a workload, or -1. */
    int indexOf(@Nullable String uid) {
        if (uid != null) {
            for (int i = 0; i < workloads.length; i++) {
                if (workloads[i].uid().equals(uid)) {
                    return i;
                }
            }
        }
        return NONE;
    }

    /**
     * Draws a candidate by capacity.
     *
     * @param without the index of one that must not be drawn, or -1
     * @return its index, or -1 when nobody has any capacity
     */
    int draw(RandomGenerator random, int without) {
        long all = upTo.length == 0 ? 0 : upTo[upTo.length - 1];
        long excluded = without < 0 ? 0 : capacity(without);
        if (all == excluded) {
            return NONE;
        }
        long drawn = random.nextLong(all - excluded);
        if (without >= 0 && drawn >= upTo[without] - excluded) {
            drawn += excluded;
        }
        // The first whose sum is beyond what was drawn; a capacity of zero adds nothing and so is never the first.
        int found = Arrays.binarySearch(upTo, drawn + 1);
        int index = found >= 0 ? found : -found - 1;
        while (index > 0 && upTo[index - 1] > drawn) {
            index--;
        }
        return index;
    }
}
