package mesh.ambit.admin;

/**
 * Answers requests to one path, on the server's own thread unless it says that it {@link #mayBlock}; what it throws
 * becomes status 500 with the message.
 */
@FunctionalInterface
public interface HttpRoute {
    /** Returns the answer. */
    HttpReply answer(HttpQuery query);

    /** Returns this route for {@code method} alone; everything else gets an empty 405. */
    default HttpRoute only(String method) {
        return query -> query.method().equals(method) ? answer(query) : HttpReply.empty(405);
    }

    /** Returns whether answering may wait for others, so that it needs a thread of its own. */
    default boolean mayBlock() {
        return false;
    }

    /** Returns {@code route} as one that may block. */
    static HttpRoute blocking(HttpRoute route) {
        return new HttpRoute() {
            @Override
            public HttpReply answer(HttpQuery query) {
                return route.answer(query);
            }

            @Override
            public boolean mayBlock() {
                return true;
            }
        };
    }
}
