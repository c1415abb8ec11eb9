package mesh.ambit.hbone;

import io.netty.handler.codec.http.HttpResponseStatus;

/** Prints statuses. */
final class HttpReason {
    private HttpReason() {}

    /** Returns the number and its reason phrase, such as {@code 401 Unauthorized}. */
    static String of(int status) {
        return HttpResponseStatus.valueOf(status).toString();
    }
}
