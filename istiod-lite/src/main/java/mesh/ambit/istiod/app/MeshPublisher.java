package mesh.ambit.istiod.app;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import mesh.ambit.istiod.ambient.AmbientIndex;
import mesh.ambit.istiod.ambient.MeshSettings;
import mesh.ambit.istiod.ambient.MeshState;
import mesh.ambit.istiod.issuer.Placement;
import mesh.ambit.istiod.kube.ClusterView;
import mesh.ambit.istiod.push.PacedTrigger;
import mesh.ambit.istiod.push.PushHub;
import mesh.ambit.kube.Problem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns each view of the cluster into what proxies are told and into what the issuer needs to know. */
final class MeshPublisher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MeshPublisher.class);

    private final MeshSettings settings;
    private final PushHub hub;
    private final Consumer<Published> afterwards;
    private final PacedTrigger pacer;
    private final CompletableFuture<Published> first = new CompletableFuture<>();
    private volatile ClusterView latest = ClusterView.EMPTY;
    private volatile Published published = new Published(ClusterView.EMPTY, MeshState.EMPTY, Placement.NONE);

    /** A view and what was made of it. */
    record Published(ClusterView view, MeshState state, Placement placement) {
        /** Returns every node that an object names, sorted. */
        SortedSet<String> nodes() {
            SortedSet<String> nodes = new TreeSet<>();
            view.objects().nodes().forEach(node -> nodes.add(node.metadata().name()));
            view.objects().pods().forEach(pod -> nodes.add(pod.nodeName()));
            nodes.remove("");
            return nodes;
        }

        /** Returns what is wrong with the objects, one line each. */
        List<String> problems() {
            List<String> lines = new ArrayList<>();
            view.problems().forEach(problem -> lines.add(problem.message()));
            lines.addAll(state.warnings());
            return lines;
        }
    }

    /**
     * Creates one.
     *
     * @param pace how far pushes are apart
     * @param afterwards told of each publication, on the pacing thread
     */
    MeshPublisher(MeshSettings settings, PushHub hub, PacedTrigger.Pace pace, Consumer<Published> afterwards) {
        this.settings = settings;
        this.hub = hub;
        this.afterwards = afterwards;
        this.pacer = new PacedTrigger(pace, this::publish, hub::lastPush);
    }

    /** Takes a new view; what was made of it is published soon, of the latest if more come meanwhile. */
    void view(ClusterView view) {
        latest = view;
        pacer.trigger();
    }

    /** Returns the latest publication. */
    Published published() {
        return published;
    }

    /** Completes with the first publication. */
    CompletionStage<Published> first() {
        return first;
    }

    private void publish(long changedNanos) {
        ClusterView view = latest;
        MeshState state = AmbientIndex.compute(view.objects(), settings);
        Published before = published;
        Published next = new Published(view, state, new PodPlacement(view));
        published = next;
        hub.publish(state.addresses().values(), state.authorizations().values(), changedNanos);
        report(before, next);
        afterwards.accept(next);
        first.complete(next);
    }

    private static void report(Published before, Published next) {
        for (Problem problem : next.view().newProblemsSince(before.view())) {
            LOG.warn("{}", problem.message());
        }
        for (String warning : next.state().warnings()) {
            if (!before.state().warnings().contains(warning)) {
                LOG.warn("{}", warning);
            }
        }
    }

    @Override
    public void close() {
        pacer.close();
    }
}
