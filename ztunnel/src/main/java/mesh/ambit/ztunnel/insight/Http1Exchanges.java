package mesh.ambit.ztunnel.insight;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import mesh.ambit.telemetry.RequestMetrics.Request;

/** HTTP/1.1: responses come in the order of their requests. */
final class Http1Exchanges implements HttpInsight.Exchanges {
    /** How many requests may wait for their responses. */
    private static final int MAX_UNDER_WAY = 128;

    /** Keeps nothing of the peer's words: there may be many, and they may be long. */
    private record UnderWay(boolean head, long startedNanos) {}

    private final LongSupplier nanoTime;
    private final Consumer<Request> finished;
    private final ArrayDeque<UnderWay> underWay = new ArrayDeque<>(2);
    private final Http1Messages requests = new Http1Messages(new Requests());
    private final Http1Messages responses = new Http1Messages(new Responses());

    Http1Exchanges(LongSupplier nanoTime, Consumer<Request> finished) {
        this.nanoTime = nanoTime;
        this.finished = finished;
    }

    @Override
    public void onData(boolean fromClient, ByteBuf data) throws NotUnderstood {
        (fromClient ? requests : responses).read(data);
    }

    @Override
    public void end() {
        responses.end();
        for (UnderWay request : underWay) {
            finish(request, 0);
        }
        underWay.clear();
    }

    private void finish(UnderWay request, int status) {
        finished.accept(new Request("http", status, null, nanoTime.getAsLong() - request.startedNanos()));
    }

    private final class Requests implements Http1Messages.Reader {
        private long startedNanos;

        @Override
        public void onStart() {
            startedNanos = nanoTime.getAsLong();
        }

        @Override
        public Http1Messages.Body onHead(Http1Head head) throws NotUnderstood {
            String method = head.method();
            if (method.equals("CONNECT") || underWay.size() >= MAX_UNDER_WAY) {
                throw new NotUnderstood(method);
            }
            underWay.add(new UnderWay(method.equals("HEAD"), startedNanos));
            return Http1Messages.Body.FRAMED;
        }

        @Override
        public void onEnd() {}
    }

    private final class Responses implements Http1Messages.Reader {
        private int status;

        @Override
        public void onStart() {}

        @Override
        public Http1Messages.Body onHead(Http1Head head) throws NotUnderstood {
            UnderWay request = underWay.peek();
            if (request == null) {
                throw new NotUnderstood("response without a request");
            }
            status = head.status();
            if (status == 101) { // Whoever asks for another protocol waits for this, and usually does not get it.
                throw new NotUnderstood("another protocol");
            }
            if (status < 200) {
                return Http1Messages.Body.ANOTHER_HEAD;
            }
            if (request.head() || status == 204 || status == 304) {
                return Http1Messages.Body.NONE;
            }
            return head.chunked() || head.length() >= 0 ? Http1Messages.Body.FRAMED : Http1Messages.Body.UNTIL_END;
        }

        @Override
        public void onEnd() {
            UnderWay request = underWay.poll();
            if (request != null) {
                finish(request, status);
            }
        }
    }
}
