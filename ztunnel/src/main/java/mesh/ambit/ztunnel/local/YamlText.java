package mesh.ambit.ztunnel.local;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads one YAML document, tags kept, merge keys not applied. Bounded in depth and in the number of values, each use of
 * an alias counted with everything below it, so that no text can grow beyond a small multiple of itself.
 */
final class YamlText {
    /** The files that we read nest about eight deep. */
    static final int MAX_DEPTH = 64;

    /** A workload takes about 40 values: enough for the largest meshes. */
    static final int MAX_VALUES = 8_000_000;

    private final Deque<Open> open = new ArrayDeque<>();
    private final Map<String, Complete> anchors = new HashMap<>();
    private @Nullable YamlNode document;
    private long values;

    private YamlText() {}

    /**
     * Returns the only document of {@code text}; an empty mapping where there is none.
     *
     * @throws LocalFileException if there is more than one, or the text is not YAML, or it is beyond the bounds
     */
    static YamlNode read(String text) throws LocalFileException {
        YamlText reader = new YamlText();
        LoadSettings settings = LoadSettings.builder()
                .setCodePointLimit(text.length() + 1)
                .setUseMarks(true)
                .build();
        try {
            for (Event event : new Parse(settings).parseString(text)) {
                reader.accept(event);
            }
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
            throw new LocalFileException(
                    "line " + line + ": " + (e.getProblem() == null ? "not YAML" : e.getProblem()), e);
        } catch (YamlEngineException e) {
            throw new LocalFileException("not YAML: " + e.getMessage(), e);
        }
        return reader.document == null ? new YamlNode.Mapping(List.of(), null, 0) : reader.document;
    }

    private void accept(Event event) throws LocalFileException {
        int line = event.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
        switch (event.getEventId()) {
            case MappingStart -> begin(new OpenMapping((CollectionStartEvent) event, line));
            case SequenceStart -> begin(new OpenSequence((CollectionStartEvent) event, line));
            case MappingEnd, SequenceEnd -> {
                Open done = open.pop();
                finish(done.anchor, new Complete(done.node(), done.size, done.height));
            }
            case Scalar -> {
                ScalarEvent scalar = (ScalarEvent) event;
                count(1, line);
                boolean plain = scalar.getScalarStyle() == ScalarStyle.PLAIN;
                YamlNode node = new YamlNode.Scalar(
                        scalar.getValue(), plain, scalar.getTag().orElse(null), line);
                finish(anchor(scalar), new Complete(node, 1, 0));
            }
            case Alias -> {
                String name = ((AliasEvent) event).getAlias().getValue();
                Complete target = anchors.get(name);
                if (target == null) {
                    // An anchor that is still open would make a value that contains itself.
                    throw new LocalFileException("line " + line + ": alias *" + name + " names no complete value");
                }
                count(target.size(), line);
                checkDepth(open.size() + target.height(), line);
                place(target);
            }
            case DocumentStart -> {
                if (document != null) {
                    throw new LocalFileException("line " + line + ": a second document, expected: one");
                }
            }
            case DocumentEnd, StreamStart, StreamEnd, Comment -> {}
        }
    }

    private void begin(Open collection) throws LocalFileException {
        count(1, collection.line);
        checkDepth(open.size() + 1, collection.line);
        open.push(collection);
    }

    private void finish(@Nullable String anchor, Complete complete) throws LocalFileException {
        if (anchor != null) {
            anchors.put(anchor, complete);
        }
        place(complete);
    }

    private void place(Complete complete) throws LocalFileException {
        Open parent = open.peek();
        if (parent == null) {
            document = complete.node();
        } else {
            parent.size += complete.size();
            parent.height = Math.max(parent.height, complete.height() + 1);
            parent.accept(complete.node());
        }
    }

    private static void checkDepth(int depth, int line) throws LocalFileException {
        if (depth > MAX_DEPTH) {
            throw new LocalFileException("line " + line + ": nested deeper than " + MAX_DEPTH + " levels");
        }
    }

    private void count(long more, int line) throws LocalFileException {
        values += more;
        if (values > MAX_VALUES) {
            throw new LocalFileException("line " + line + ": more than " + MAX_VALUES + " values");
        }
    }

    private static @Nullable String anchor(NodeEvent event) {
        return event.getAnchor().map(anchor -> anchor.getValue()).orElse(null);
    }

    /** A complete value; {@code size} counts it and everything below, {@code height} the levels below. */
    private record Complete(YamlNode node, long size, int height) {}

    /** A collection whose end has not come yet. */
    private abstract static sealed class Open {
        final @Nullable String anchor;
        final @Nullable String tag;
        final int line;
        long size = 1;
        int height = 1;

        Open(CollectionStartEvent event, int line) {
            this.anchor = anchor(event);
            this.tag = event.getTag().orElse(null);
            this.line = line;
        }

        abstract void accept(YamlNode child) throws LocalFileException;

        abstract YamlNode node();
    }

    private static final class OpenSequence extends Open {
        private final List<YamlNode> items = new ArrayList<>();

        OpenSequence(CollectionStartEvent event, int line) {
            super(event, line);
        }

        @Override
        void accept(YamlNode child) {
            items.add(child);
        }

        @Override
        YamlNode node() {
            return new YamlNode.Sequence(items, tag, line);
        }
    }

    private static final class OpenMapping extends Open {
        private final List<YamlNode.Entry> entries = new ArrayList<>();
        private YamlNode.@Nullable Scalar key;

        OpenMapping(CollectionStartEvent event, int line) {
            super(event, line);
        }

        @Override
        void accept(YamlNode child) throws LocalFileException {
            YamlNode.Scalar awaited = key;
            if (awaited != null) {
                entries.add(new YamlNode.Entry(awaited, child));
                key = null;
                return;
            }
            if (!(child instanceof YamlNode.Scalar scalar)) {
                throw new LocalFileException("line " + child.line() + ": a key must be a text, not a collection");
            }
            key = scalar;
        }

        @Override
        YamlNode node() {
            return new YamlNode.Mapping(entries, tag, line);
        }
    }
}
