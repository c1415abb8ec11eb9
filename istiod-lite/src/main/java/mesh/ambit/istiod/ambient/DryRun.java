package mesh.ambit.istiod.ambient;

import mesh.ambit.kube.AuthorizationPolicy;

/** Policies that are on trial: who enforces policies has to leave them out. */
public final class DryRun {
    private DryRun() {}

    /** Returns whether the policy is only on trial: annotated so, in any spelling of "true" that upstream takes. */
    public static boolean isOn(AuthorizationPolicy policy) {
        return Labels.isTrue(policy.metadata().annotations().getOrDefault(Labels.DRY_RUN, ""));
    }
}
