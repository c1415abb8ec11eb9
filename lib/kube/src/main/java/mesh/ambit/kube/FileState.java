package mesh.ambit.kube;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mesh.ambit.kube.ObjectReader.Placed;
import org.jspecify.annotations.Nullable;

/**
 * One file over time: what it says now, completed by what it last said where it is broken now.
 *
 * <p>Objects that vanish from a file are believed gone only when the file stays so for a moment: a writer that
 * truncates before it writes, or that moves the old file away first, must not make a policy disappear.
 */
final class FileState {
    /** Room for some ten thousand objects. */
    static final int MAX_BYTES = 16 << 20;

    /** How long a loss must last to be believed. */
    static final Duration LOSS_GRACE = Duration.ofMillis(100);

    /** Two writes within one tick of the file system's clock leave the same time, so a younger file is read again. */
    private static final Duration CLOCK_TICK = Duration.ofSeconds(2);

    private final Path path;
    private final Reading reading;

    private @Nullable Signature signature;
    private Instant readAt = Instant.EPOCH;
    private byte @Nullable [] content;
    private ObjectReader.Result result = new ObjectReader.Result(List.of(), Set.of(), false, List.of());
    private Map<ObjectKey, Placed> good = new LinkedHashMap<>();
    private Map<ObjectKey, Placed> held = new LinkedHashMap<>();
    private @Nullable Instant lossSeen;
    private boolean unreadable;
    private boolean changed;

    FileState(Path path, Reading reading) {
        this.path = path;
        this.reading = reading;
    }

    /** What tells two versions of a file apart without reading it. */
    private record Signature(
            long size, FileTime modified, @Nullable Object fileKey) {}

    /** Looks at the file again. Returns whether it says something else than before. */
    boolean refresh(BasicFileAttributes attributes, Instant now) {
        Signature seen = new Signature(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
        boolean settled = attributes.lastModifiedTime().toInstant().isBefore(readAt.minus(CLOCK_TICK));
        // What lets a file be read at last, such as a permission, shows in none of these.
        if (!seen.equals(signature) || !settled || unreadable) {
            signature = seen;
            readAt = now;
            reread(now);
        }
        forgetLosses(now);
        return tellChange();
    }

    /** Takes note that the file is gone. Returns whether that is news. */
    boolean vanish(Instant now) {
        if (signature != null) {
            disappear(now);
        }
        forgetLosses(now);
        return tellChange();
    }

    /** Returns whether the file is gone and nothing of it is held. */
    boolean isForgotten() {
        return signature == null && held.isEmpty();
    }

    /** Returns when to look again because of a loss that is not believed yet, null when there is none. */
    @Nullable
    Instant lossDue() {
        return lossSeen == null ? null : lossSeen.plus(LOSS_GRACE);
    }

    /** Returns the valid objects, those of a former version included where the present one is broken. */
    Map<ObjectKey, Placed> good() {
        return good;
    }

    /** Returns objects that the file no longer has but that are not believed gone yet. */
    Map<ObjectKey, Placed> held() {
        return held;
    }

    /** Returns every object as the file says it, in order, the same key several times perhaps. */
    List<Placed> written() {
        return result.objects();
    }

    List<Problem> problems() {
        return result.problems();
    }

    private void reread(Instant now) {
        unreadable = false;
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                fail(ProblemCode.TOO_LARGE, "larger than " + (MAX_BYTES >> 20) + " MiB", "split it", now);
                return;
            }
            if (Arrays.equals(bytes, content)) {
                return;
            }
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            accept(ObjectReader.read(withoutByteOrderMark(text), path.toString(), reading), now);
            content = bytes;
        } catch (NoSuchFileException e) {
            disappear(now);
        } catch (CharacterCodingException e) {
            fail(ProblemCode.SYNTAX, "not UTF-8 text", "", now);
        } catch (AccessDeniedException e) {
            unreadable = true;
            fail(ProblemCode.FILE_UNREADABLE, "may not be read", "check its permissions", now);
        } catch (IOException e) {
            unreadable = true;
            fail(ProblemCode.FILE_UNREADABLE, "cannot be read: " + e.getMessage(), "", now);
        }
    }

    private void disappear(Instant now) {
        signature = null;
        content = null;
        accept(new ObjectReader.Result(List.of(), Set.of(), false, List.of()), now);
    }

    private boolean tellChange() {
        boolean told = changed;
        changed = false;
        return told;
    }

    private void fail(ProblemCode code, String reason, String remedy, Instant now) {
        content = null;
        Problem problem = new Problem(code, path.toString(), 0, 0, "", "", reason, remedy);
        accept(new ObjectReader.Result(List.of(), Set.of(), true, List.of(problem)), now);
    }

    private void accept(ObjectReader.Result next, Instant now) {
        Map<ObjectKey, Placed> before = new LinkedHashMap<>(held);
        before.putAll(good);
        Map<ObjectKey, Placed> after = new LinkedHashMap<>();
        next.objects().forEach(placed -> reading.add(after, placed.object().key(), placed));
        Map<ObjectKey, Placed> lost = new LinkedHashMap<>();
        before.forEach((key, placed) -> {
            if (!after.containsKey(key)) {
                if (next.incomplete() || next.refused().contains(key)) {
                    after.put(key, placed);
                } else {
                    lost.put(key, placed);
                }
            }
        });
        changed = true;
        result = next;
        good = after;
        held = lost;
        lossSeen = lost.isEmpty() ? null : now;
    }

    private void forgetLosses(Instant now) {
        Instant due = lossDue();
        if (due != null && !now.isBefore(due)) {
            held = new LinkedHashMap<>();
            lossSeen = null;
            changed = true;
        }
    }

    static String withoutByteOrderMark(String text) {
        return text.startsWith("\ufeff") ? text.substring(1) : text;
    }
}
