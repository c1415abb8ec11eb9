package mesh.ambit.telemetry;

import static java.util.Objects.requireNonNull;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.slf4j.event.KeyValuePair;

/**
 * Turns one log event into one line.
 *
 * <p>Key-value pairs of the event are its fields, in the order in which they were added; one named {@code @span.key}
 * says of what the event is a part, and stands with the scope, in JSON at the end, together with those of the same span
 * right after it. A cause becomes the field {@code
 * error} unless the event has one or its message says it already; its stack trace follows only where the caller asks for it.
 */
final class LineWriter {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final LogFormat format;

    LineWriter(LogFormat format) {
        this.format = format;
    }

    /**
     * Appends the line of {@code event} to {@code out}, with the line's end; where a field cannot be written, the line
     * says so instead of the fields.
     */
    void append(StringBuilder out, ILoggingEvent event, boolean stackTrace) {
        int start = out.length();
        try {
            appendLine(out, event, fieldsOf(event));
        } catch (RuntimeException e) {
            out.setLength(start);
            appendLine(
                    out,
                    event,
                    List.of(new KeyValuePair("fields_not_written", e.getClass().getSimpleName())));
        }
        out.append('\n');
        IThrowableProxy cause = event.getThrowableProxy();
        if (stackTrace && cause != null && format == LogFormat.PLAIN) {
            out.append(ThrowableProxyUtil.asString(cause));
        }
    }

    private void appendLine(StringBuilder out, ILoggingEvent event, List<KeyValuePair> fields) {
        switch (format) {
            case PLAIN -> appendPlain(out, event, fields);
            case JSON -> appendJson(out, event, fields);
        }
    }

    private static void appendPlain(StringBuilder out, ILoggingEvent event, List<KeyValuePair> fields) {
        String scope = Scopes.scopeOf(event.getLoggerName());
        TIME.formatTo(instantOf(event), out);
        out.append('\t').append(levelOf(event)).append('\t');
        out.append(scope.startsWith(Scopes.CRATE) ? scope.substring(Scopes.CRATE.length()) : scope);
        appendPlainSpans(out, fields);
        String message = event.getFormattedMessage();
        if (!message.isEmpty()) {
            out.append('\t');
            appendMessage(out, message);
        }
        out.append('\t');
        String separator = "";
        for (KeyValuePair field : fields) {
            if (isSpan(field)) {
                continue;
            }
            out.append(separator).append(field.key).append('=');
            appendPlainValue(out, field.value);
            separator = " ";
        }
    }

    private static void appendPlainSpans(StringBuilder out, List<KeyValuePair> fields) {
        String open = "";
        for (KeyValuePair field : fields) {
            if (!isSpan(field)) {
                continue;
            }
            String span = spanOf(field);
            if (span.equals(open)) {
                out.setCharAt(out.length() - 1, ' ');
            } else {
                out.append(':').append(span).append('{');
                open = span;
            }
            out.append(spanKeyOf(field)).append('=');
            appendMessage(out, textOf(field.value));
            out.append('}');
        }
    }

    private static void appendPlainValue(StringBuilder out, Object value) {
        if (isBare(value)) {
            out.append(textOf(value));
            return;
        }
        out.append('"');
        String text = textOf(value);
        for (int i = 0; i < text.length(); i++) {
            appendEscaped(out, text.charAt(i));
        }
        out.append('"');
    }

    private static void appendEscaped(StringBuilder out, char c) {
        switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> {
                if (Character.isISOControl(c)) {
                    out.append(String.format(Locale.ROOT, "\\u{%x}", (int) c));
                } else {
                    out.append(c);
                }
            }
        }
    }

    private static void appendJson(StringBuilder out, ILoggingEvent event, List<KeyValuePair> fields) {
        StringWriter text = new StringWriter();
        try (JsonWriter json = new JsonWriter(text)) {
            json.setHtmlSafe(false);
            json.beginObject();
            json.name("level").value(levelOf(event));
            json.name("time").value(TIME.format(instantOf(event)));
            json.name("scope").value(Scopes.scopeOf(event.getLoggerName()));
            if (!event.getFormattedMessage().isEmpty()) {
                json.name("message").value(event.getFormattedMessage());
            }
            for (KeyValuePair field : fields) {
                if (!isSpan(field)) {
                    appendJsonValue(json.name(field.key), field.value);
                }
            }
            appendJsonSpans(json, fields);
            json.endObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        out.append(text);
    }

    private static void appendJsonSpans(JsonWriter json, List<KeyValuePair> fields) throws IOException {
        String open = "";
        for (KeyValuePair field : fields) {
            if (!isSpan(field)) {
                continue;
            }
            String span = spanOf(field);
            if (!span.equals(open)) {
                if (!open.isEmpty()) {
                    json.endObject();
                }
                json.name(span).beginObject();
                open = span;
            }
            appendJsonValue(json.name(spanKeyOf(field)), field.value);
        }
        if (!open.isEmpty()) {
            json.endObject();
        }
    }

    private static void appendJsonValue(JsonWriter json, Object value) throws IOException {
        if (value instanceof Number number) {
            json.value(number);
        } else {
            json.value(textOf(value));
        }
    }

    private static boolean isSpan(KeyValuePair field) {
        return field.key.startsWith("@");
    }

    private static String spanOf(KeyValuePair field) {
        return field.key.substring(1, field.key.indexOf('.'));
    }

    private static String spanKeyOf(KeyValuePair field) {
        return field.key.substring(field.key.indexOf('.') + 1);
    }

    private static List<KeyValuePair> fieldsOf(ILoggingEvent event) {
        List<KeyValuePair> fields = event.getKeyValuePairs();
        IThrowableProxy cause = event.getThrowableProxy();
        if (cause == null || isSaid(cause, event)) {
            return fields == null ? List.of() : fields;
        }
        List<KeyValuePair> all = fields == null ? new ArrayList<>() : new ArrayList<>(fields);
        if (all.stream().noneMatch(field -> field.key.equals("error"))) {
            all.add(new KeyValuePair("error", describe(cause)));
        }
        return all;
    }

    private static boolean isSaid(IThrowableProxy cause, ILoggingEvent event) {
        return cause.getMessage() != null && event.getFormattedMessage().contains(cause.getMessage());
    }

    private static String describe(IThrowableProxy cause) {
        String type = cause.getClassName().substring(cause.getClassName().lastIndexOf('.') + 1);
        return cause.getMessage() == null ? type : type + ": " + cause.getMessage();
    }

    private static boolean isBare(Object value) {
        return value instanceof Number
                || value instanceof Boolean
                || value instanceof InetSocketAddress
                || value instanceof InetAddress
                || value instanceof Bare;
    }

    private static String textOf(Object value) {
        return switch (value) {
            case null -> "";
            case InetSocketAddress address -> Addresses.print(address);
            case InetAddress address -> address.getHostAddress();
            default -> requireNonNull(value.toString(), "a field's text");
        };
    }

    /** Escapes what would end the line, or be a command to a terminal: a message may quote a peer. */
    private static void appendMessage(StringBuilder out, String message) {
        for (int i = 0; i < message.length(); i++) {
            char c = message.charAt(i);
            if (Character.isISOControl(c) && c != '\t') {
                appendEscaped(out, c);
            } else {
                out.append(c);
            }
        }
    }

    private static String levelOf(ILoggingEvent event) {
        return event.getLevel().toString().toLowerCase(Locale.ROOT);
    }

    private static Instant instantOf(ILoggingEvent event) {
        Instant instant = event.getInstant();
        return instant != null ? instant : Instant.ofEpochMilli(event.getTimeStamp());
    }
}
