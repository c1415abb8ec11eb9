package mesh.ambit.istiod.ambient;

import java.util.List;
import java.util.function.Consumer;
import mesh.ambit.istiod.ambient.Advice.Code;
import mesh.ambit.kube.DestinationRule;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.Telemetry;
import mesh.ambit.kube.TrafficPolicy;
import mesh.ambit.kube.VirtualService;
import mesh.ambit.kube.WorkloadSelector;
import org.jspecify.annotations.Nullable;

/** What nothing comes of in rules for traffic and for what is reported of it, of which upstream's webhook warns. */
final class TrafficAdvisor {
    private final Consumer<Advice> advice;

    TrafficAdvisor(Consumer<Advice> advice) {
        this.advice = advice;
    }

    void look(KubeObject object) {
        switch (object) {
            case VirtualService virtual -> {
                reachable(
                        virtual,
                        "spec.http",
                        virtual.http().stream()
                                .map(rule -> rule.matches().isEmpty())
                                .toList());
                reachable(
                        virtual,
                        "spec.tcp",
                        virtual.tcp().stream()
                                .map(rule -> rule.matches().isEmpty())
                                .toList());
            }
            case DestinationRule rule -> destination(rule);
            case Telemetry telemetry -> tracing(telemetry);
            default -> {}
        }
    }

    /** The first rule that matches counts, so nothing gets past one that matches everything. */
    private void reachable(VirtualService object, String field, List<Boolean> matchesAll) {
        int all = matchesAll.indexOf(true);
        for (int i = all + 1; all >= 0 && i < matchesAll.size(); i++) {
            add(
                    Code.UNREACHABLE_RULE,
                    object,
                    field + "[" + i + "]",
                    "rule " + all + " before it matches everything",
                    "write the rule without matches last");
        }
    }

    private void destination(DestinationRule rule) {
        WorkloadSelector selector = rule.workloadSelector();
        if (selector != null && selector.matchLabels().isEmpty()) {
            add(
                    Code.EMPTY_SELECTOR,
                    rule,
                    "spec.workloadSelector",
                    "a selector without labels is as none",
                    "remove it, or write labels");
        }
        failover(rule, "spec.trafficPolicy", rule.policy());
        for (int i = 0; i < rule.subsets().size(); i++) {
            failover(
                    rule,
                    "spec.subsets[" + i + "].trafficPolicy",
                    rule.subsets().get(i).policy());
        }
    }

    private void failover(DestinationRule rule, String field, @Nullable TrafficPolicy policy) {
        TrafficPolicy.LoadBalancer balancer = policy == null ? null : policy.loadBalancer();
        TrafficPolicy.Locality locality = balancer == null ? null : balancer.locality();
        if (policy != null
                && policy.outlierDetection() == null
                && locality != null
                && !(locality.failover().isEmpty()
                        && locality.failoverPriority().isEmpty())) {
            add(
                    Code.WITHOUT_EFFECT,
                    rule,
                    field + ".loadBalancer.localityLbSetting",
                    "nothing fails over without outlierDetection, which tells who has failed",
                    "write outlierDetection");
        }
    }

    private void tracing(Telemetry telemetry) {
        if (telemetry.tracing().size() > 1) {
            add(Code.WITHOUT_EFFECT, telemetry, "spec.tracing", "only one entry counts", "write one");
        }
        for (int i = 0; i < telemetry.tracing().size(); i++) {
            if (telemetry.tracing().get(i).providers().size() > 1) {
                add(
                        Code.WITHOUT_EFFECT,
                        telemetry,
                        "spec.tracing[" + i + "].providers",
                        "only one provider counts",
                        "write one");
            }
        }
    }

    private void add(Code code, KubeObject object, String field, String reason, String remedy) {
        advice.accept(new Advice(code, object.key(), field, reason, remedy));
    }
}
