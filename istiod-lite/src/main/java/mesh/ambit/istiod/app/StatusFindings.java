package mesh.ambit.istiod.app;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import mesh.ambit.istiod.ambient.Advice;
import mesh.ambit.istiod.ambient.Advice.Code;
import mesh.ambit.istiod.ambient.Standing;
import mesh.ambit.istiod.ambient.Standing.Condition;
import mesh.ambit.istiod.app.Analysis.Finding;
import mesh.ambit.istiod.app.Analysis.Severity;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.ObjectKey;

/** What the status of objects would say in a cluster, unless an advisor says the same with more to go by. */
final class StatusFindings {
    private static final String USE_WAYPOINT = "metadata.labels[istio.io/use-waypoint]";

    private static final Set<Code> OF_WAYPOINTS = Set.of(Code.WAYPOINT_NOT_FOUND, Code.WAYPOINT_NOT_READY);
    private static final Set<Code> OF_NODES = Set.of(Code.NOT_ENFORCED);
    private static final Set<Code> OF_TARGETS = Set.of(Code.TARGET_NOT_FOUND, Code.TARGET_WITHOUT_WAYPOINT);

    /** What is said of objects already. */
    private final Map<ObjectKey, Set<Code>> said = new HashMap<>();

    private final List<Finding> findings = new ArrayList<>();

    private StatusFindings(List<Advice> advice) {
        advice.forEach(each ->
                said.computeIfAbsent(each.object(), _ -> new HashSet<>()).add(each.code()));
    }

    static List<Finding> of(Map<ObjectKey, Standing> standings, List<Advice> advice) {
        StatusFindings found = new StatusFindings(advice);
        new TreeMap<>(standings).forEach((object, standing) -> {
            standing.conditions().forEach(condition -> found.look(object, condition));
            found.routes(object, standing);
        });
        return List.copyOf(found.findings);
    }

    private void look(ObjectKey object, Condition condition) {
        switch (condition.type()) {
            case Standing.WAYPOINT_BOUND -> {
                if (!condition.holds()) {
                    unbound(object, condition);
                }
            }
            // The one that says something bad when it holds.
            case Standing.WAYPOINT_MISSING -> {
                if (condition.holds()) {
                    boolean raced = condition.reason().equals("NoWaypointForRacingConnectStrategy");
                    add(
                            object,
                            "WAYPOINT_NEEDED",
                            raced ? "metadata.annotations[istio.io/connect-strategy]" : "spec.hosts",
                            condition.message(),
                            "label it istio.io/use-waypoint");
                }
            }
            case Standing.ZTUNNEL_ACCEPTED -> {
                if (!condition.holds() && !isSaid(object, OF_NODES)) {
                    add(object, Code.NOT_ENFORCED.name(), "spec.action", condition.message(), "");
                }
            }
            case Standing.WAYPOINT_ACCEPTED -> target(object, condition);
            // Who sees an entry is as the mesh's settings have it, and no fault.
            default -> {}
        }
    }

    /** Whoever asks for a waypoint that is not there is told already, or the namespace is in whose name it asks. */
    private void unbound(ObjectKey object, Condition condition) {
        switch (condition.reason()) {
            case "WaypointIsNotReady" -> {
                ObjectKey namespace = new ObjectKey(Kind.NAMESPACE, "", object.namespace());
                if (!isSaid(object, OF_WAYPOINTS) && !isSaid(namespace, OF_WAYPOINTS)) {
                    add(
                            object,
                            Code.WAYPOINT_NOT_READY.name(),
                            USE_WAYPOINT,
                            condition.message() + ", so traffic passes by",
                            "");
                }
            }
            case "AttachmentDenied" ->
                notBound(object, condition, "let namespaces attach with allowedRoutes of the Gateway's listener");
            case "UnsupportedTrafficType" ->
                notBound(object, condition, "label the Gateway istio.io/waypoint-for with what it is for, or all");
            default -> notBound(object, condition, "use a waypoint of the same namespace");
        }
    }

    private void notBound(ObjectKey object, Condition condition, String remedy) {
        add(object, "WAYPOINT_NOT_BOUND", USE_WAYPOINT, condition.message() + ", so traffic passes by", remedy);
    }

    /** Of several targets some may be fine. */
    private void target(ObjectKey object, Condition condition) {
        if ((condition.holds() && condition.reason().equals("Accepted")) || isSaid(object, OF_TARGETS)) {
            return;
        }
        String code = switch (condition.reason()) {
            case "TargetNotFound" -> Code.TARGET_NOT_FOUND.name();
            case "AncestorNotBound" -> Code.TARGET_WITHOUT_WAYPOINT.name();
            default -> "TARGET_NOT_ACCEPTED";
        };
        add(object, code, "spec.targetRefs", condition.message(), "");
    }

    private void routes(ObjectKey object, Standing standing) {
        for (int i = 0; i < standing.parents().size(); i++) {
            for (Condition condition : standing.parents().get(i).conditions()) {
                if (!condition.holds()) {
                    boolean attachment = condition.type().equals("Accepted");
                    add(
                            object,
                            attachment ? "ROUTE_NOT_ATTACHED" : "REFERENCE_UNRESOLVED",
                            attachment ? "spec.parentRefs[" + i + "]" : "spec.rules",
                            condition.message(),
                            "");
                }
            }
        }
    }

    private boolean isSaid(ObjectKey object, Set<Code> codes) {
        return said.getOrDefault(object, Set.of()).stream().anyMatch(codes::contains);
    }

    private void add(ObjectKey object, String code, String field, String reason, String remedy) {
        findings.add(new Finding(Severity.WARNING, code, object.toString(), field, "", 0, 0, reason, remedy));
    }
}
