package mesh.ambit.istiod.gateway;

/** What a gateway's parameters ask for cannot be had. The message is for whoever wrote them. */
final class ParametersException extends Exception {
    ParametersException(String message) {
        super(message);
    }

    ParametersException(String message, Throwable cause) {
        super(message, cause);
    }
}
