package mesh.ambit.istiod.ambient;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import mesh.ambit.istiod.ambient.Advice.Code;
import mesh.ambit.kube.AuthorizationPolicy;
import mesh.ambit.kube.AuthorizationPolicy.TargetRef;
import mesh.ambit.kube.Gateway;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.kube.PeerAuthentication;
import mesh.ambit.kube.Pod;
import mesh.ambit.kube.Service;
import mesh.ambit.kube.ServiceEntry;
import mesh.ambit.kube.WorkloadEntry;
import mesh.ambit.kube.WorkloadSelector;
import mesh.ambit.model.MeshResource;
import mesh.ambit.policy.Policy;
import org.jspecify.annotations.Nullable;

/** Looks over valid objects for what does not do what its author probably means. */
public final class Advisor {
    private static final String SELECTOR = "spec.selector";

    /** What follows from an object without looking at others. */
    private static final Set<Code> ALONE = Set.of(
            Code.EMPTY_SELECTOR,
            Code.WITHOUT_EFFECT,
            Code.OTHER_REVISION,
            Code.NOT_ENFORCED,
            Code.ENFORCED_OTHERWISE,
            Code.EXPORT_NOT_FOLLOWED,
            Code.PARTIAL_WILDCARD,
            Code.ADDRESS_MISSING,
            Code.HOSTS_ALIKE,
            Code.REFUSES_TCP,
            Code.UNREACHABLE_RULE);

    private final ObjectSet objects;
    private final MeshSettings settings;
    private final MeshState state;
    private final List<Advice> advice = new ArrayList<>();
    private final ValidationAdvisor validation = new ValidationAdvisor(advice::add);

    /** Labels of the workloads of a namespace. */
    private final Map<String, List<Map<String, String>>> workloads = new TreeMap<>();

    private final Map<String, List<Pod>> pods = new TreeMap<>();

    private Advisor(ObjectSet objects, MeshSettings settings, MeshState state) {
        this.objects = objects;
        this.settings = settings;
        this.state = state;
        for (Pod pod : objects.pods()) {
            workload(pod, pod.metadata().labels());
            pods.computeIfAbsent(pod.metadata().namespace(), namespace -> new ArrayList<>())
                    .add(pod);
        }
        objects.serviceEntries()
                .forEach(entry -> workload(entry, entry.metadata().labels()));
        for (WorkloadEntry entry : objects.workloadEntries()) {
            Map<String, String> labels = new TreeMap<>(entry.endpoint().labels());
            labels.putAll(entry.metadata().labels());
            workload(entry, labels);
        }
    }

    /** Returns all advice, by object. {@code state} is what the index makes of the objects. Pure. */
    public static List<Advice> about(ObjectSet objects, MeshSettings settings, MeshState state) {
        Advisor advisor = new Advisor(objects, settings, state);
        objects.authorizationPolicies().stream().filter(advisor::isOurs).forEach(advisor::policy);
        advisor.peerAuthentications();
        objects.services().forEach(advisor::service);
        ExportAdvisor exports = new ExportAdvisor(objects, advisor.advice::add);
        TrafficAdvisor traffic = new TrafficAdvisor(advisor.advice::add);
        for (KubeObject object : objects.all()) {
            traffic.look(object);
            advisor.waypoint(object);
            exports.look(object);
            advisor.validation.look(object);
        }
        Collections.sort(advisor.advice);
        return List.copyOf(advisor.advice);
    }

    /** Returns the advice about an object that no other object could change. Pure. */
    public static List<Advice> aboutAlone(KubeObject object, MeshSettings settings) {
        return about(ObjectSet.of(List.of(object)), settings, MeshState.EMPTY).stream()
                .filter(advice -> ALONE.contains(advice.code()))
                .toList();
    }

    private void workload(KubeObject object, Map<String, String> labels) {
        workloads
                .computeIfAbsent(object.metadata().namespace(), namespace -> new ArrayList<>())
                .add(labels);
    }

    private void add(Code code, KubeObject object, String field, String reason, String remedy) {
        advice.add(new Advice(code, object.key(), field, reason, remedy));
    }

    private boolean isOurs(KubeObject object) {
        String revision = object.metadata().labels().get(Labels.REVISION);
        if (revision == null || settings.revision().isEmpty() || revision.equals(settings.revision())) {
            return true;
        }
        add(
                Code.OTHER_REVISION,
                object,
                "metadata.labels[" + Labels.REVISION + "]",
                "is for revision \"" + revision + "\", ours is \"" + settings.revision() + "\"",
                "");
        return false;
    }

    private void policy(AuthorizationPolicy policy) {
        Policy converted = new AuthorizationConversion(settings).convert(policy);
        String warning = PolicyWarnings.of(policy, converted);
        if (warning != null) {
            String reason = warning.substring(policy.key().toString().length()).replaceFirst("^: ", "");
            add(
                    converted == null ? Code.NOT_ENFORCED : Code.ENFORCED_OTHERWISE,
                    policy,
                    converted == null ? "spec.action" : "spec.rules",
                    reason.strip(),
                    "");
        }
        validation.denied(policy, warning != null);
        selector(policy, policy.selector());
        for (int i = 0; i < policy.targetRefs().size(); i++) {
            target(policy, policy.targetRefs().get(i), "spec.targetRefs[" + i + "]");
        }
    }

    private void selector(KubeObject policy, @Nullable WorkloadSelector selector) {
        if (selector == null) {
            return;
        }
        if (selector.matchLabels().isEmpty()) {
            if (policy instanceof AuthorizationPolicy) {
                add(
                        Code.EMPTY_SELECTOR,
                        policy,
                        SELECTOR,
                        "a selector without labels selects nobody",
                        "remove it to mean every workload of the namespace");
            }
            return;
        }
        String namespace = policy.metadata().namespace();
        boolean everywhere = policy instanceof AuthorizationPolicy && namespace.equals(settings.rootNamespace());
        selectsSomething(policy, selector.matchLabels(), everywhere);
    }

    /** Where no workload is declared at all somebody else declares them. */
    private void selectsSomething(KubeObject object, Map<String, String> labels, boolean everywhere) {
        List<Map<String, String>> candidates = everywhere
                ? workloads.values().stream().flatMap(List::stream).toList()
                : workloads.getOrDefault(object.metadata().namespace(), List.of());
        if (!candidates.isEmpty() && candidates.stream().noneMatch(candidate -> Labels.selects(labels, candidate))) {
            add(Code.SELECTS_NOTHING, object, SELECTOR, "no workload has the labels " + labels, "");
        }
    }

    private void target(AuthorizationPolicy policy, TargetRef target, String field) {
        String namespace = policy.metadata().namespace();
        Kind kind = switch (target.kind()) {
            case "Service" -> Kind.SERVICE;
            case "ServiceEntry" -> Kind.SERVICE_ENTRY;
            case "Gateway" -> Kind.GATEWAY;
            default -> null;
        };
        if (kind == null) {
            return;
        }
        ObjectKey key = new ObjectKey(kind, namespace, target.name());
        KubeObject found = objects.find(key);
        if (found == null) {
            add(Code.TARGET_NOT_FOUND, policy, field, "there is no " + key, "");
        } else if (!(found instanceof Gateway) && !isBehindWaypoint(found)) {
            add(
                    Code.TARGET_WITHOUT_WAYPOINT,
                    policy,
                    field,
                    key + " is behind no waypoint, so nobody enforces the policy",
                    "label it " + Labels.USE_WAYPOINT);
        }
    }

    private boolean isBehindWaypoint(KubeObject object) {
        List<String> hosts = object instanceof ServiceEntry entry
                ? entry.hosts()
                : List.of(object.metadata().name() + "." + object.metadata().namespace() + ".svc."
                        + settings.domainSuffix());
        for (String host : hosts) {
            MeshResource resource = state.addresses().get(object.metadata().namespace() + "/" + host);
            if (resource instanceof mesh.ambit.model.Service service && service.waypoint() != null) {
                return true;
            }
        }
        return false;
    }

    private void peerAuthentications() {
        Map<String, PeerAuthentication> oldest = new TreeMap<>();
        objects.peerAuthentications().stream()
                .filter(this::isOurs)
                .sorted(Seniority.OLDEST_FIRST)
                .forEach(policy -> peerAuthentication(policy, oldest));
    }

    private void peerAuthentication(PeerAuthentication policy, Map<String, PeerAuthentication> oldest) {
        WorkloadSelector selector = policy.selector();
        String namespace = policy.metadata().namespace();
        if (selector == null || selector.matchLabels().isEmpty()) {
            PeerAuthentication older = oldest.putIfAbsent(namespace, policy);
            if (older != null) {
                add(Code.SHADOWED, policy, "spec", older.key() + " is older and counts", "remove one of the two");
            }
        } else if (namespace.equals(settings.rootNamespace())) {
            add(
                    Code.WITHOUT_EFFECT,
                    policy,
                    SELECTOR,
                    "a selector in the root namespace selects nobody",
                    "move the object to the namespace of the workloads");
        } else {
            selector(policy, selector);
        }
    }

    private void service(Service service) {
        if (service.selector().isEmpty() || service.isExternalName()) {
            return;
        }
        selectsSomething(service, service.selector(), false);
        List<Pod> selected = pods.getOrDefault(service.metadata().namespace(), List.of()).stream()
                .filter(pod -> Labels.selects(service.selector(), pod.metadata().labels()))
                .toList();
        for (int i = 0; i < service.ports().size(); i++) {
            if (!selected.isEmpty()
                    && service.ports().get(i).targetPort() instanceof Service.TargetPort.Named(String name)
                    && selected.stream().noneMatch(pod -> names(pod).contains(name))) {
                add(
                        Code.PORT_NOT_FOUND,
                        service,
                        "spec.ports[" + i + "].targetPort",
                        "no selected pod has a TCP port \"" + name + "\"",
                        "");
            }
        }
    }

    private static Set<String> names(Pod pod) {
        Set<String> names = new HashSet<>();
        List<Pod.Container> containers = new ArrayList<>(pod.containers());
        containers.addAll(pod.initContainers());
        for (Pod.Container container : containers) {
            container.ports().stream()
                    .filter(port -> port.protocol().isEmpty() || port.protocol().equals("TCP"))
                    .forEach(port -> names.add(port.name()));
        }
        return names;
    }

    private void waypoint(KubeObject object) {
        Map<String, String> labels = object.metadata().labels();
        String name = labels.get(Labels.USE_WAYPOINT);
        boolean reads = switch (object.kind()) {
            case NAMESPACE, POD, SERVICE, SERVICE_ENTRY, WORKLOAD_ENTRY -> true;
            default -> false;
        };
        if (!reads || name == null || name.equals("none")) {
            return;
        }
        String own = object.kind() == Kind.NAMESPACE
                ? object.metadata().name()
                : object.metadata().namespace();
        ObjectKey key = new ObjectKey(Kind.GATEWAY, labels.getOrDefault(Labels.USE_WAYPOINT_NAMESPACE, own), name);
        String field = "metadata.labels[" + Labels.USE_WAYPOINT + "]";
        if (!(objects.find(key) instanceof Gateway gateway)) {
            add(Code.WAYPOINT_NOT_FOUND, object, field, "there is no " + key + ", so traffic passes by", "");
        } else if (gateway.addresses().isEmpty()) {
            add(Code.WAYPOINT_NOT_READY, object, field, key + " has no address yet, so traffic passes by", "");
        }
    }
}
