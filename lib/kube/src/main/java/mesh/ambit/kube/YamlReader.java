package mesh.ambit.kube;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import mesh.ambit.kube.YamlValue.Mapping;
import mesh.ambit.kube.YamlValue.Position;
import mesh.ambit.kube.YamlValue.Scalar;
import mesh.ambit.kube.YamlValue.ScalarType;
import mesh.ambit.kube.YamlValue.Sequence;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads the documents of a YAML text. Bounded in depth and in the size that aliases expand to, so no text can grow
 * beyond a small multiple of itself.
 */
final class YamlReader {
    /** Kubernetes objects nest about ten deep; JSON parsers of API servers stop far beyond this too. */
    static final int MAX_DEPTH = 100;

    /** Values of one text, each use of an alias counted with everything below it. */
    static final int MAX_VALUES = 1_000_000;

    private static final Pattern INTEGER = Pattern.compile("[-+]?[0-9]+|0x[0-9a-fA-F]+|0o[0-7]+");
    private static final Pattern DECIMAL = Pattern.compile(
            "[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");
    private static final String MERGE_KEY = "<<";

    private final List<YamlValue> documents = new ArrayList<>();
    private final Deque<Open> open = new ArrayDeque<>();
    private final Map<String, Complete> anchors = new HashMap<>();
    private long values;

    private final boolean oldWords;

    private YamlReader(boolean oldWords) {
        this.oldWords = oldWords;
    }

    /** Returns the documents of {@code text}, empty ones left out. */
    static List<YamlValue> read(String text) throws YamlProblem {
        return read(text, false);
    }

    /** Returns the same with the truth values of YAML 1.1, where {@code on} and {@code no} are none of the texts. */
    static List<YamlValue> readOld(String text) throws YamlProblem {
        return read(text, true);
    }

    private static List<YamlValue> read(String text, boolean oldWords) throws YamlProblem {
        YamlReader reader = new YamlReader(oldWords);
        LoadSettings settings = LoadSettings.builder()
                .setCodePointLimit(text.length() + 1)
                .setUseMarks(true)
                .build();
        try {
            for (Event event : new Parse(settings).parseString(text)) {
                reader.accept(event);
            }
        } catch (MarkedYamlEngineException e) {
            Mark mark = e.getProblemMark().or(e::getContextMark).orElse(null);
            throw new YamlProblem(
                    ProblemCode.SYNTAX,
                    mark == null ? 0 : mark.getLine() + 1,
                    mark == null ? 0 : mark.getColumn() + 1,
                    e.getProblem() == null ? "not YAML" : e.getProblem(),
                    e);
        } catch (YamlEngineException e) {
            String message = e.getMessage();
            throw new YamlProblem(ProblemCode.SYNTAX, 0, 0, message == null ? "not YAML" : firstLine(message), e);
        }
        return reader.documents;
    }

    private void accept(Event event) throws YamlProblem {
        switch (event.getEventId()) {
            case MappingStart -> begin(new OpenMapping(anchor((NodeEvent) event), position(event)), event);
            case SequenceStart -> begin(new OpenSequence(anchor((NodeEvent) event), position(event)), event);
            case MappingEnd, SequenceEnd -> end();
            case Scalar -> {
                ScalarEvent scalar = (ScalarEvent) event;
                Position at = position(event);
                count(1, at);
                Scalar value = new Scalar(scalar.getValue(), type(scalar), at.line(), at.column());
                Complete leaf = new Complete(value, 1, 0);
                remember(anchor(scalar), leaf);
                place(leaf);
            }
            case Alias -> {
                Position at = position(event);
                String name = ((AliasEvent) event).getAlias().getValue();
                Complete target = anchors.get(name);
                if (target == null) {
                    // An anchor that is still open would make a value that contains itself.
                    throw new YamlProblem(
                            ProblemCode.SYNTAX, at.line(), at.column(), "alias *" + name + " names no complete value");
                }
                count(target.size(), at);
                checkDepth(open.size() + target.height(), at);
                place(target);
            }
            case DocumentStart -> anchors.clear();
            case DocumentEnd, StreamStart, StreamEnd, Comment -> {}
        }
    }

    private void begin(Open collection, Event event) throws YamlProblem {
        Position at = position(event);
        count(1, at);
        checkDepth(open.size() + 1, at);
        open.push(collection);
    }

    private void end() throws YamlProblem {
        Open done = open.pop();
        Complete complete = new Complete(done.value(), done.size, done.height);
        remember(done.anchor, complete);
        place(complete);
    }

    private void place(Complete complete) throws YamlProblem {
        Open parent = open.peek();
        YamlValue value = complete.value();
        if (parent != null) {
            parent.add(complete);
        } else if (!(value instanceof Scalar scalar && scalar.type() == ScalarType.NULL)) {
            documents.add(value);
        }
    }

    private void remember(@Nullable String anchor, Complete complete) {
        if (anchor != null) {
            anchors.put(anchor, complete);
        }
    }

    private static void checkDepth(int depth, Position at) throws YamlProblem {
        if (depth > MAX_DEPTH) {
            throw new YamlProblem(
                    ProblemCode.TOO_LARGE, at.line(), at.column(), "nested deeper than " + MAX_DEPTH + " levels");
        }
    }

    private void count(long more, Position at) throws YamlProblem {
        values += more;
        if (values > MAX_VALUES) {
            throw new YamlProblem(
                    ProblemCode.TOO_LARGE,
                    at.line(),
                    at.column(),
                    "more than " + MAX_VALUES + " values, aliases counted with what they stand for");
        }
    }

    private static @Nullable String anchor(NodeEvent event) {
        return event.getAnchor().map(anchor -> anchor.getValue()).orElse(null);
    }

    private static Position position(Event event) {
        return event.getStartMark()
                .map(mark -> new Position(mark.getLine() + 1, mark.getColumn() + 1))
                .orElse(new Position(0, 0));
    }

    private ScalarType type(ScalarEvent scalar) {
        if (scalar.getScalarStyle() != ScalarStyle.PLAIN || scalar.getTag().isPresent()) {
            return ScalarType.TEXT;
        }
        String text = scalar.getValue();
        return switch (text) {
            case "", "~", "null", "Null", "NULL" -> ScalarType.NULL;
            case "true", "True", "TRUE", "false", "False", "FALSE" -> ScalarType.BOOLEAN;
            case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF" ->
                oldWords ? ScalarType.BOOLEAN : ScalarType.TEXT;
            default -> {
                if (INTEGER.matcher(text).matches()) {
                    yield ScalarType.INTEGER;
                }
                yield DECIMAL.matcher(text).matches() ? ScalarType.DECIMAL : ScalarType.TEXT;
            }
        };
    }

    private static String firstLine(String text) {
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }

    /** A complete value; {@code size} counts it and everything below, {@code height} the levels below. */
    private record Complete(YamlValue value, long size, int height) {}

    /** A collection whose end has not come yet. */
    private abstract static sealed class Open {
        final @Nullable String anchor;
        final Position at;
        long size = 1;
        int height = 1;

        Open(@Nullable String anchor, Position at) {
            this.anchor = anchor;
            this.at = at;
        }

        void add(Complete child) throws YamlProblem {
            size += child.size();
            height = Math.max(height, child.height() + 1);
            accept(child.value());
        }

        abstract void accept(YamlValue value) throws YamlProblem;

        abstract YamlValue value();
    }

    private static final class OpenSequence extends Open {
        private final List<YamlValue> items = new ArrayList<>();

        OpenSequence(@Nullable String anchor, Position at) {
            super(anchor, at);
        }

        @Override
        void accept(YamlValue value) {
            items.add(value);
        }

        @Override
        YamlValue value() {
            return new Sequence(items, at.line(), at.column());
        }
    }

    private static final class OpenMapping extends Open {
        private final Map<String, YamlValue> entries = new LinkedHashMap<>();
        private final Map<String, Position> keys = new HashMap<>();
        private final List<Mapping> merged = new ArrayList<>();
        private @Nullable Scalar key;

        OpenMapping(@Nullable String anchor, Position at) {
            super(anchor, at);
        }

        @Override
        void accept(YamlValue value) throws YamlProblem {
            Scalar awaited = key;
            if (awaited == null) {
                if (!(value instanceof Scalar scalar)) {
                    throw new YamlProblem(
                            ProblemCode.SYNTAX, value.line(), value.column(), "a key must be a text, not a collection");
                }
                key = scalar;
                return;
            }
            key = null;
            if (awaited.text().equals(MERGE_KEY)) {
                merge(value);
            } else if (entries.putIfAbsent(awaited.text(), value) != null) {
                throw new YamlProblem(
                        ProblemCode.SYNTAX,
                        awaited.line(),
                        awaited.column(),
                        "key \"" + awaited.text() + "\" appears twice in one mapping");
            }
            keys.put(awaited.text(), new Position(awaited.line(), awaited.column()));
        }

        private void merge(YamlValue value) throws YamlProblem {
            switch (value) {
                case Mapping mapping -> merged.add(mapping);
                case Sequence sequence -> {
                    for (YamlValue item : sequence.items()) {
                        merge(item);
                    }
                }
                case Scalar scalar ->
                    throw new YamlProblem(
                            ProblemCode.SYNTAX, scalar.line(), scalar.column(), "<< needs a mapping to merge");
            }
        }

        @Override
        YamlValue value() {
            for (Mapping mapping : merged) {
                mapping.entries().forEach((name, value) -> {
                    if (entries.putIfAbsent(name, value) == null) {
                        keys.put(name, new Position(value.line(), value.column()));
                    }
                });
            }
            return new Mapping(entries, keys, at.line(), at.column());
        }
    }
}
