package mesh.ambit.istiod.ambient;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import mesh.ambit.istiod.ambient.Advice.Code;
import mesh.ambit.kube.DestinationRule;
import mesh.ambit.kube.Gateway;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.Namespace;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.kube.Service;
import mesh.ambit.kube.ServiceEntry;
import mesh.ambit.kube.VirtualService;
import org.jspecify.annotations.Nullable;

/**
 * What comes of {@code exportTo}: node proxies do not look at it, waypoints and clients that configure themselves do. So who
 * means to hide something should know from whom, and who binds a waypoint should let it see what it is for.
 */
final class ExportAdvisor {
    private static final String ANNOTATION = "networking.istio.io/exportTo";
    private static final String EVERYBODY = "*";

    private final ObjectSet objects;
    private final Consumer<Advice> advice;

    ExportAdvisor(ObjectSet objects, Consumer<Advice> advice) {
        this.objects = objects;
        this.advice = advice;
    }

    void look(KubeObject object) {
        switch (object) {
            case Service service -> {
                String text = service.metadata().annotations().getOrDefault(ANNOTATION, "");
                Set<String> names = new TreeSet<>();
                for (String name : text.split(",", -1)) {
                    names.add(name.strip());
                }
                names.remove("");
                destination(service, names, "metadata.annotations[" + ANNOTATION + "]");
            }
            case ServiceEntry entry -> destination(entry, entry.exportTo(), "spec.exportTo");
            case VirtualService virtual -> rule(virtual, virtual.exportTo());
            case DestinationRule rule -> rule(rule, rule.exportTo());
            default -> {}
        }
    }

    private void destination(KubeObject object, Collection<String> names, String field) {
        if (names.isEmpty() || names.contains(EVERYBODY)) {
            return;
        }
        add(
                Code.EXPORT_NOT_FOLLOWED,
                object,
                field,
                "node proxies do not look at it: the whole mesh can send to it",
                object instanceof ServiceEntry
                        ? "write serviceEntryVisibility in the mesh's settings, or an AuthorizationPolicy"
                        : "write an AuthorizationPolicy");
        ObjectKey waypoint = waypoint(object);
        if (waypoint != null
                && objects.find(waypoint) instanceof Gateway
                && !reaches(names, object.metadata().namespace(), waypoint.namespace())) {
            add(
                    Code.NOT_EXPORTED_TO_WAYPOINT,
                    object,
                    field,
                    waypoint
                            + ", which it is bound to, is in a namespace that is not among these and knows nothing of it",
                    "add namespace " + waypoint.namespace());
        }
    }

    private void rule(KubeObject object, Collection<String> names) {
        if (!names.isEmpty() && List.of("~").containsAll(names)) {
            add(
                    Code.WITHOUT_EFFECT,
                    object,
                    "spec.exportTo",
                    "is for nobody",
                    "write the namespaces of those that it is for");
        }
    }

    private static boolean reaches(Collection<String> names, String home, String namespace) {
        return names.contains(namespace) || (names.contains(".") && home.equals(namespace));
    }

    /** Returns the waypoint that an object asks for itself, else the one that its namespace asks for. */
    private @Nullable ObjectKey waypoint(KubeObject object) {
        String home = object.metadata().namespace();
        Map<String, String> labels = object.metadata().labels();
        if (!labels.containsKey(Labels.USE_WAYPOINT)) {
            labels = objects.find(new ObjectKey(Kind.NAMESPACE, "", home)) instanceof Namespace namespace
                    ? namespace.metadata().labels()
                    : Map.of();
        }
        String name = labels.get(Labels.USE_WAYPOINT);
        return name == null || name.equals("none")
                ? null
                : new ObjectKey(Kind.GATEWAY, labels.getOrDefault(Labels.USE_WAYPOINT_NAMESPACE, home), name);
    }

    private void add(Code code, KubeObject object, String field, String reason, String remedy) {
        advice.accept(new Advice(code, object.key(), field, reason, remedy));
    }
}
