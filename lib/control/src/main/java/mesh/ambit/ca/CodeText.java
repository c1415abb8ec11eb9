package mesh.ambit.ca;

import io.grpc.Status;

/** How the mesh's node proxies spell the codes of gRPC: operators search their logs for these words. */
final class CodeText {
    private CodeText() {}

    static String of(Status.Code code) {
        return switch (code) {
            case OK -> "The operation completed successfully";
            case CANCELLED -> "The operation was cancelled";
            case UNKNOWN -> "Unknown error";
            case INVALID_ARGUMENT -> "Client specified an invalid argument";
            case DEADLINE_EXCEEDED -> "Deadline expired before operation could complete";
            case NOT_FOUND -> "Some requested entity was not found";
            case ALREADY_EXISTS -> "Some entity that we attempted to create already exists";
            case PERMISSION_DENIED -> "The caller does not have permission to execute the specified operation";
            case RESOURCE_EXHAUSTED -> "Some resource has been exhausted";
            case FAILED_PRECONDITION -> "The system is not in a state required for the operation's execution";
            case ABORTED -> "The operation was aborted";
            case OUT_OF_RANGE -> "Operation was attempted past the valid range";
            case UNIMPLEMENTED -> "Operation is not implemented or not supported";
            case INTERNAL -> "Internal error";
            case UNAVAILABLE -> "The service is currently unavailable";
            case DATA_LOSS -> "Unrecoverable data loss or corruption";
            case UNAUTHENTICATED -> "The request does not have valid authentication credentials";
        };
    }
}
