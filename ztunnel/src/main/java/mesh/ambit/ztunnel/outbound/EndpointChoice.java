package mesh.ambit.ztunnel.outbound;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import mesh.ambit.model.Workload;
import org.jspecify.annotations.Nullable;

/**
 * Which candidate takes a connection. Pure: the same candidates, loads and dice give the same choice.
 *
 * @param candidates among whom
 * @param index the one chosen
 * @param balancing how
 */
record EndpointChoice(Candidates candidates, int index, Balancing balancing) {
    /** Up to so many candidates are all compared by load; of more two are drawn, which is nearly as good. */
    private static final int ALL_COMPARED = 8;

    /**
     * What a choice depends on besides the candidates.
     *
     * @param rules which service is balanced how
     * @param loads what endpoints have to do
     * @param source the address that the connection comes from
     * @param avoid the uid of a workload to leave out, because it has failed this connection before; null for none
     * @param random dice
     */
    record Means(
            Balancing.Rules rules,
            EndpointLoad loads,
            InetAddress source,
            @Nullable String avoid,
            RandomGenerator random) {}

    /** Chooses; null when nobody has any capacity. */
    static @Nullable EndpointChoice of(Candidates candidates, Balancing balancing, Means means) {
        int without = candidates.indexOf(means.avoid());
        int index = switch (balancing) {
            case RANDOM -> candidates.draw(means.random(), without);
            case LEAST_CONNECTIONS -> leastLoaded(candidates, means, without);
            case SOURCE_HASH -> nearestHash(candidates, means.source(), without);
        };
        return index < 0 ? null : new EndpointChoice(candidates, index, balancing);
    }

    private static int leastLoaded(Candidates candidates, Means means, int without) {
        // The first one drawn wins a tie, so that idle endpoints are not all asked in the same order.
        int best = candidates.draw(means.random(), without);
        if (best < 0) {
            return best;
        }
        if (candidates.size() > ALL_COMPARED) {
            int other = candidates.draw(means.random(), without);
            return load(candidates, other, means.loads()) < load(candidates, best, means.loads()) ? other : best;
        }
        for (int i = 0; i < candidates.size(); i++) {
            if (i != without
                    && candidates.capacity(i) > 0
                    && load(candidates, i, means.loads()) < load(candidates, best, means.loads())) {
                best = i;
            }
        }
        return best;
    }

    /** Returns the connections that a candidate would have with this one, for each unit of its capacity. */
    private static double load(Candidates candidates, int index, EndpointLoad loads) {
        return (loads.connections(candidates.workload(index).uid()) + 1.0) / candidates.capacity(index);
    }

    /**
     * Rendezvous hashing, weighted: each candidate has a score of its own for the source, so one that comes or goes moves
     * only the sources that it wins or held.
     */
    private static int nearestHash(Candidates candidates, InetAddress source, int without) {
        int best = -1;
        double bestScore = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < candidates.size(); i++) {
            double score = i == without ? Double.NEGATIVE_INFINITY : hashScore(candidates, i, source);
            if (score > bestScore) {
                best = i;
                bestScore = score;
            }
        }
        return best;
    }

    private static double hashScore(Candidates candidates, int index, InetAddress source) {
        long capacity = candidates.capacity(index);
        if (capacity == 0) {
            return Double.NEGATIVE_INFINITY;
        }
        long hash = mixed(((long) candidates.workload(index).uid().hashCode() << 32) ^ source.hashCode());
        double uniform = ((hash >>> 11) + 0.5) * 0x1.0p-53;
        return -capacity / Math.log(uniform);
    }

    /** The finalizer of SplitMix64: every bit of the input reaches every bit of the result. */
    private static long mixed(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }

    Workload workload() {
        return candidates.workload(index);
    }

    int targetPort() {
        return candidates.targetPort(index);
    }

    /** Returns the choice for people: every candidate with what counted for it. Costs as much as there are candidates. */
    Explanation explain(Means means) {
        List<Explanation.Candidate> all = new ArrayList<>(candidates.size());
        for (int i = 0; i < candidates.size(); i++) {
            Workload workload = candidates.workload(i);
            double score = switch (balancing) {
                case RANDOM -> candidates.capacity(i);
                case LEAST_CONNECTIONS -> load(candidates, i, means.loads());
                case SOURCE_HASH -> hashScore(candidates, i, means.source());
            };
            all.add(new Explanation.Candidate(workload.uid(), candidates.capacity(i), score));
        }
        return new Explanation(
                balancing,
                candidates.endpoints(),
                candidates.rank(),
                all,
                workload().uid(),
                means.avoid());
    }

    /**
     * Why an endpoint was chosen.
     *
     * @param balancing how
     * @param endpoints how many endpoints the service has
     * @param rank the rank that all candidates share: endpoints of a lower one, and those that cannot take the port, are
     *     none
     * @param candidates those that were left
     * @param chosen the uid of the one chosen
     * @param avoided the uid of the one left out; null for none
     */
    record Explanation(
            Balancing balancing,
            int endpoints,
            int rank,
            List<Candidate> candidates,
            String chosen,
            @Nullable String avoided) {
        /**
         * What counted for a candidate.
         *
         * @param score its capacity; its load, of which less is better; its hash, of which more is
         */
        record Candidate(String uid, long capacity, double score) {}

        /** Returns it in one line. */
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder(chosen)
                    .append(" by ")
                    .append(balancing.word())
                    .append(" among ")
                    .append(candidates.size())
                    .append(" of ")
                    .append(endpoints)
                    .append(" endpoints (rank ")
                    .append(rank)
                    .append(')');
            for (Candidate candidate : candidates) {
                text.append(candidate.uid().equals(chosen) ? "; *" : "; ")
                        .append(candidate.uid())
                        .append(candidate.uid().equals(avoided) ? " avoided" : " score ")
                        .append(candidate.uid().equals(avoided) ? "" : String.valueOf((float) candidate.score()));
            }
            return text.toString();
        }
    }
}
