package mesh.ambit.perf.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The frame of a page that needs nothing but itself. */
final class HtmlPage {
    private final StringBuilder text = new StringBuilder();

    HtmlPage(String title) {
        text.append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>")
                .append(Svg.escape(title))
                .append("</title>\n<style>\n")
                .append(style())
                .append("</style>\n</head>\n<body>\n<main>\n");
    }

    /** Adds markup as it is. */
    HtmlPage raw(String markup) {
        text.append(markup).append('\n');
        return this;
    }

    /** Adds an element with words in it, shown as they are; {@code tag} may have attributes. */
    HtmlPage element(String tag, String words) {
        int blank = tag.indexOf(' ');
        String name = blank < 0 ? tag : tag.substring(0, blank);
        text.append('<')
                .append(tag)
                .append('>')
                .append(Svg.escape(words))
                .append("</")
                .append(name)
                .append(">\n");
        return this;
    }

    /** Returns the page. */
    String end() {
        return text + "</main>\n</body>\n</html>\n";
    }

    private static String style() {
        try (InputStream in = requireNonNull(HtmlPage.class.getResourceAsStream("page.css"), "page.css is missing")) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
