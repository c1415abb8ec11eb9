package mesh.ambit.cli.demo;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One HTTP request on a connection of its own. The simplest client there is, so that whatever goes wrong on the wire is
 * seen as it is: no pool, no retry.
 */
final class HttpCall {
    private static final int CONNECT_MILLIS = 15_000;
    private static final int READ_MILLIS = 30_000;
    private static final int MOST_BYTES = 1 << 20;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[0-9] ([1-9][0-9]{2})\\b");
    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *([0-9]{1,9})\\b");

    private HttpCall() {}

    /** What came back: {@code status} is 0 when no whole answer came, and {@code text} says why then. */
    record Answer(int status, String text) {
        boolean isOk() {
            return status == 200;
        }
    }

    static Answer get(String url) {
        URI uri = URI.create(url);
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()), CONNECT_MILLIS);
            socket.setSoTimeout(READ_MILLIS);
            String target = uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
            socket.getOutputStream()
                    .write(("GET " + target + " HTTP/1.0\r\nHost: " + uri.getHost() + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return parse(readAll(socket.getInputStream()));
        } catch (IOException e) {
            return new Answer(0, e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
        }
    }

    /** Returns the answer that {@code text} is; one that is shorter than it promised counts as none. */
    static Answer parse(String text) {
        int end = text.indexOf("\r\n\r\n");
        Matcher status = STATUS.matcher(text);
        if (end < 0 || !status.lookingAt()) {
            return new Answer(
                    0,
                    text.isEmpty()
                            ? "closed without an answer"
                            : end < 0 ? "cut off in the headers" : "no answer in HTTP/1");
        }
        String head = text.substring(0, end);
        String body = text.substring(end + 4);
        Matcher length = LENGTH.matcher(head);
        if (length.find() && Integer.parseInt(length.group(1)) != body.length()) {
            return new Answer(0, "cut off after " + body.length() + " of " + length.group(1) + " bytes");
        }
        return new Answer(Integer.parseInt(status.group(1)), body);
    }

    private static String readAll(InputStream in) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[4096];
        int read;
        while (all.size() < MOST_BYTES && (read = in.read(buffer)) >= 0) {
            all.write(buffer, 0, read);
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }
}
