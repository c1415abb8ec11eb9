package mesh.ambit.kube;

import java.util.Set;
import java.util.regex.Pattern;
import mesh.ambit.kube.VirtualService.Retries;

/** What upstream's admission webhook refuses in retries. */
final class RetryChecks {
    private static final Set<String> CONDITIONS = Set.of(
            "5xx",
            "gateway-error",
            "reset",
            "reset-before-request",
            "connect-failure",
            "retriable-4xx",
            "refused-stream",
            "retriable-status-codes",
            "retriable-headers",
            "envoy-ratelimited",
            "http3-post-connect-failure",
            "cancelled",
            "deadline-exceeded",
            "internal",
            "resource-exhausted",
            "unavailable");

    /** The codes that have a name, perhaps with a sign or zeros in front. */
    private static final Pattern STATUS = Pattern.compile(
            "\\+?0*(?:10[0-3]|20[0-8]|226|30[0-578]|40[0-9]|41[0-8]" + "|42[1-689]|431|451|50[0-8]|51[01])");

    private RetryChecks() {}

    static void check(Fields fields, Retries retries) {
        if (retries.attempts() < 0) {
            fields.found(ProblemCode.INVALID_VALUE, "attempts", "is negative", "0 for none");
        }
        boolean more =
                fields.has("perTryTimeout") || !retries.retryOn().isEmpty() || retries.remoteLocalities() != null;
        if (retries.attempts() == 0 && more) {
            fields.foundHere(
                    ProblemCode.CONFLICTING_FIELDS,
                    "says how to retry, but not how often",
                    "set attempts, or remove it");
        }
        SpecFields.checkSpans(fields, "perTryTimeout", "backoff");
        if (retries.retryOn().isEmpty()) {
            return;
        }
        for (String condition : retries.retryOn().split(",", -1)) {
            if (!CONDITIONS.contains(condition) && !STATUS.matcher(condition).matches()) {
                fields.found(
                        ProblemCode.INVALID_VALUE,
                        "retryOn",
                        "\"" + condition + "\" is no reason to retry",
                        "statuses and conditions of proxies with commas between, no spaces: 503,connect-failure");
            }
        }
    }
}
