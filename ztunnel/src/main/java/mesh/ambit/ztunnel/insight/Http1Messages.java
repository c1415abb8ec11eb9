package mesh.ambit.ztunnel.insight;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** The messages of one direction of an HTTP/1 connection: heads are read, bodies are counted past. */
final class Http1Messages {
    /** Who knows what a head means. */
    interface Reader {
        /** A message begins. */
        void onStart();

        /** A head is complete; says what follows. */
        Body onHead(Http1Head head) throws NotUnderstood;

        /** The message is complete. */
        void onEnd();
    }

    /** What follows a head. */
    enum Body {
        /** Nothing, and the message goes on with another head (an interim response). */
        ANOTHER_HEAD,
        NONE,
        /** As the head says, and nothing if it says nothing. */
        FRAMED,
        /** All until the connection ends. */
        UNTIL_END
    }

    private enum State {
        START_LINE,
        FIELDS,
        BODY,
        CHUNK_SIZE,
        CHUNK,
        CHUNK_END,
        TRAILERS,
        UNTIL_END
    }

    /** A chunk's size has at most this many hexadecimal digits. */
    private static final int MAX_SIZE_DIGITS = 12;

    private static final int MAX_TRAILERS = 64;

    private final Reader reader;
    private final Line line = new Line();
    private State state = State.START_LINE;
    private Http1Head.@Nullable Builder head;
    private boolean begun;
    private long left;
    private int trailers;

    Http1Messages(Reader reader) {
        this.reader = reader;
    }

    void read(ByteBuf data) throws NotUnderstood {
        int at = data.readerIndex();
        int end = data.writerIndex();
        while (at < end) {
            switch (state) {
                case BODY, CHUNK -> {
                    long passed = Math.min(left, end - at);
                    at += (int) passed;
                    left -= passed;
                    if (left == 0) {
                        if (state == State.BODY) {
                            endMessage();
                        } else {
                            state = State.CHUNK_END;
                        }
                    }
                }
                case UNTIL_END -> at = end;
                case START_LINE, FIELDS, CHUNK_SIZE, CHUNK_END, TRAILERS -> {
                    if (!begun) {
                        begun = true;
                        reader.onStart();
                    }
                    String text = line.next(data, at, end);
                    at = line.position();
                    if (text != null) {
                        onLine(text);
                    }
                }
            }
        }
    }

    /** The connection is over: a body that lasts as long as it is complete now. */
    void end() {
        if (state == State.UNTIL_END) {
            endMessage();
        }
    }

    private void onLine(String text) throws NotUnderstood {
        switch (state) {
            case START_LINE -> {
                // Empty lines in front of a message are to be overlooked (RFC 9112, 2.2).
                if (!text.isEmpty()) {
                    head = new Http1Head.Builder(text);
                    state = State.FIELDS;
                }
            }
            case FIELDS -> {
                if (head == null) {
                    throw new NotUnderstood("fields without a start");
                }
                if (text.isEmpty()) {
                    Http1Head complete = head.build();
                    head = null;
                    onHead(complete);
                } else {
                    head.field(text);
                }
            }
            case CHUNK_SIZE -> onChunkSize(text);
            case CHUNK_END -> {
                if (!text.isEmpty()) {
                    throw new NotUnderstood("end of a chunk");
                }
                state = State.CHUNK_SIZE;
            }
            case TRAILERS -> {
                trailers++;
                if (text.isEmpty()) {
                    endMessage();
                } else if (trailers > MAX_TRAILERS) {
                    throw new NotUnderstood("trailers");
                }
            }
            case BODY, CHUNK, UNTIL_END -> throw new NotUnderstood("line in a body");
        }
    }

    private void onHead(Http1Head complete) throws NotUnderstood {
        switch (reader.onHead(complete)) {
            case ANOTHER_HEAD -> state = State.START_LINE;
            case NONE -> endMessage();
            case UNTIL_END -> state = State.UNTIL_END;
            case FRAMED -> {
                if (complete.chunked()) {
                    state = State.CHUNK_SIZE;
                } else if (complete.length() > 0) {
                    left = complete.length();
                    state = State.BODY;
                } else {
                    endMessage();
                }
            }
        }
    }

    private void onChunkSize(String text) throws NotUnderstood {
        int digits = 0;
        long size = 0;
        while (digits < text.length() && Character.digit(text.charAt(digits), 16) >= 0) {
            size = 16 * size + Character.digit(text.charAt(digits), 16);
            digits++;
            if (digits > MAX_SIZE_DIGITS) {
                throw new NotUnderstood("chunk size");
            }
        }
        String rest = text.substring(digits).strip();
        if (digits == 0 || (!rest.isEmpty() && rest.charAt(0) != ';')) {
            throw new NotUnderstood("chunk size");
        }
        left = size;
        trailers = 0;
        state = size == 0 ? State.TRAILERS : State.CHUNK;
    }

    private void endMessage() {
        begun = false;
        state = State.START_LINE;
        reader.onEnd();
    }
}
