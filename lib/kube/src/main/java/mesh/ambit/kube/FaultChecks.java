package mesh.ambit.kube;

import java.util.Set;

/** What upstream's admission webhook refuses in trouble that a VirtualService makes on purpose. */
final class FaultChecks {
    private static final int MAX_PERCENT = 100;

    /** Proxies know no smaller share than one in a million. */
    private static final double LEAST_PERCENT = 0.0001;

    private static final Set<String> GRPC = Set.of(
            "OK",
            "CANCELLED",
            "UNKNOWN",
            "INVALID_ARGUMENT",
            "DEADLINE_EXCEEDED",
            "NOT_FOUND",
            "ALREADY_EXISTS",
            "PERMISSION_DENIED",
            "UNAUTHENTICATED",
            "RESOURCE_EXHAUSTED",
            "FAILED_PRECONDITION",
            "ABORTED",
            "OUT_OF_RANGE",
            "UNIMPLEMENTED",
            "INTERNAL",
            "UNAVAILABLE",
            "DATA_LOSS");

    private FaultChecks() {}

    static void check(Fields fault) {
        if (!fault.has("abort") && !fault.has("delay")) {
            fault.foundHere(ProblemCode.NO_EFFECT, "says nothing to do", "write abort or delay");
        }
        Fields abort = fault.childOrEmpty("abort");
        percentage(abort);
        Integer status = abort.numberOrNull("httpStatus");
        if (status != null && !isStatus(status)) {
            abort.found(ProblemCode.INVALID_VALUE, "httpStatus", status + " is no status", "200 to 599");
        }
        String grpc = abort.textOrNull("grpcStatus");
        if (grpc != null && !GRPC.contains(grpc)) {
            abort.found(
                    ProblemCode.INVALID_VALUE,
                    "grpcStatus",
                    "\"" + grpc + "\" is no status of gRPC",
                    "for example UNAVAILABLE");
        }
        if (abort.has("http2Error")) {
            abort.found(ProblemCode.INVALID_VALUE, "http2Error", "is not supported", "use httpStatus or grpcStatus");
        }
        Fields delay = fault.childOrEmpty("delay");
        percentage(delay);
        SpecFields.checkSpans(delay, "fixedDelay");
        if (delay.has("exponentialDelay")) {
            delay.found(ProblemCode.INVALID_VALUE, "exponentialDelay", "is not supported", "use fixedDelay");
        }
    }

    /** Returns whether a number can be the status of a response, as upstream counts. */
    static boolean isStatus(int number) {
        return number >= 200 && number <= 600;
    }

    private static void percentage(Fields fields) {
        Double percent = SpecFields.percent(fields, "percentage");
        if (percent != null && (percent < 0 || percent > MAX_PERCENT || (percent > 0 && percent < LEAST_PERCENT))) {
            fields.found(ProblemCode.INVALID_VALUE, "percentage", "out of range", "0, or from 0.0001 to 100");
        }
    }
}
