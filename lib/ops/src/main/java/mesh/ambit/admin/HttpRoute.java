package mesh.ambit.admin;

/** Answers requests to one path, on the server's own thread; what it throws becomes status 500 with the message. */
@FunctionalInterface
public interface HttpRoute {
    /** Returns the answer. */
    HttpReply answer(HttpQuery query);

    /** Returns this route for {@code method} alone; everything else gets an empty 405. */
    default HttpRoute only(String method) {
        return query -> query.method().equals(method) ? answer(query) : HttpReply.empty(405);
    }
}
