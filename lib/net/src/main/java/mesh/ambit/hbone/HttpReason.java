package mesh.ambit.hbone;

import io.netty.handler.codec.http.HttpResponseStatus;

/** Prints statuses. */
final class HttpReason {
    private HttpReason() {}

    /** Returns the number and its reason phrase, such as {@code 401 Unauthorized}; one without says so as upstream does. */
    static String of(int status) {
        HttpResponseStatus known = HttpResponseStatus.valueOf(status);
        boolean registered = !known.reasonPhrase().endsWith("(" + status + ")");
        return registered ? known.toString() : status + " <unknown status code>";
    }
}
