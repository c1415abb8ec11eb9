package mesh.ambit.istiod.kube.api;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import mesh.ambit.istiod.kube.api.WatchStatus.State;
import mesh.ambit.istiod.kube.api.WatchStream.Event;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows a collection: lists it, then watches from the version of the list on, and from the last event on whenever the
 * watch ends. Lists again only if the server has forgotten that version, refuses again and again to go on from it, or says
 * nothing at all. While the server is away the last state stays.
 *
 * <pre>
 * LISTING  -> WATCHING | ABSENT | FAILING
 * WATCHING -> WATCHING (resumed) | STALE | ABSENT
 * STALE    -> WATCHING | ABSENT
 * ABSENT   -> WATCHING | ABSENT
 * FAILING  -> WATCHING | ABSENT | FAILING
 * </pre>
 *
 * <p>A collection that the server does not know is empty, but only if its definition is not installed either: whoever
 * loses policies to a server that is half up has lost his protection.
 */
public final class Reflector<T> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Reflector.class);

    /** The server ends a watch after this and up to twice this, so that not all end at once. */
    private static final int WATCH_SECONDS = 300;

    /** A server that so often would not go on from a version may never do so: its store was put back to an older state. */
    private static final int MAX_REFUSALS = 5;

    /** How often it is looked whether an absent collection was installed: a definition that appears wakes us. */
    private static final Duration ABSENT_RETRY = Duration.ofMinutes(10);

    /** The same while nobody can see definitions. */
    private static final Duration BLIND_RETRY = Duration.ofSeconds(30);

    private final ApiServer server;
    private final ApiResource resource;
    private final Codec<T> codec;
    private final Sink<T> sink;
    private final Consumer<WatchStatus> listener;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Backoff backoff;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition woken = lock.newCondition();
    private final Thread thread;

    private volatile WatchStatus status;
    private volatile boolean closed;
    private boolean wake;

    /** Of the served versions the one that is read. */
    private volatile @Nullable String apiVersion;

    /** Where to go on; null when only a list helps. */
    private @Nullable String position;

    /** How often in a row the server would not go on from there. */
    private int refusals;

    private Reflector(
            ApiServer server,
            ApiResource resource,
            Codec<T> codec,
            Sink<T> sink,
            Consumer<WatchStatus> listener,
            InstantSource clock,
            RandomGenerator random) {
        this.server = server;
        this.resource = resource;
        this.codec = codec;
        this.sink = sink;
        this.listener = listener;
        this.clock = clock;
        this.random = random;
        this.backoff = new Backoff(random);
        this.status = new WatchStatus(State.LISTING, "being read", clock.instant(), 0);
        this.thread = Thread.ofVirtual().name("watch " + resource).unstarted(this::run);
    }

    /**
     * Begins to follow {@code resource}.
     *
     * @param listener told of each change of the status, on the reflector's thread
     */
    public static <T> Reflector<T> start(
            ApiServer server,
            ApiResource resource,
            Codec<T> codec,
            Sink<T> sink,
            Consumer<WatchStatus> listener,
            InstantSource clock,
            RandomGenerator random) {
        Reflector<T> reflector = new Reflector<>(server, resource, codec, sink, listener, clock, random);
        if (resource.isCustom()) {
            server.definitions().add(reflector);
        }
        reflector.thread.start();
        return reflector;
    }

    /** Returns the name of the definition that users install. */
    String definition() {
        return resource.definition();
    }

    /** Returns how well the collection is followed. */
    public WatchStatus status() {
        return status;
    }

    /** Makes it try now what it would try later. */
    public void wake() {
        lock.lock();
        try {
            wake = true;
            woken.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (!closed) {
            try {
                if (position == null) {
                    list();
                }
                watch();
            } catch (ApiException e) {
                if (!closed) {
                    refused(e);
                }
            } catch (IOException e) {
                failed(e);
            } catch (RuntimeException e) {
                if (closed) {
                    return;
                }
                // A poison object must not end the thread that follows all others.
                LOG.error("{}: reading failed", resource, e);
                position = null;
                failed(new IOException(e.toString(), e));
            }
        }
    }

    private void list() throws IOException {
        ApiException unknown = null;
        for (String version : resource.versions()) {
            try {
                ListPages.Listing<T> listing = new ListPages<>(server, codec).list(resource, version);
                sink.replaced(listing.objects());
                apiVersion = version;
                position = listing.version();
                become(State.WATCHING, "");
                return;
            } catch (ApiException e) {
                if (e.code() != ApiException.NOT_FOUND) {
                    throw e;
                }
                unknown = unknown == null ? e : unknown;
            }
        }
        throw unknown == null ? new IOException(resource + ": no version of it can be read") : unknown;
    }

    private void watch() throws IOException {
        String from = position;
        String path = resource.path(servedVersion());
        int seconds = WATCH_SECONDS + random.nextInt(WATCH_SECONDS);
        String query = resource.query() + "watch=1&allowWatchBookmarks=true&resourceVersion=" + from
                + "&timeoutSeconds=" + seconds;
        boolean anything = false;
        try (InputStream body = server.stream(path + query, resource.watchFormat(), server.silence())) {
            // Now, and not when the reader is made, which waits for the first event.
            become(State.WATCHING, "");
            try (WatchStream<T> events = new WatchStream<>(body, codec, "watch of " + resource)) {
                Event<T> event = events.next();
                while (event != null && !closed) {
                    anything = true;
                    refusals = 0;
                    backoff.reset();
                    take(event);
                    event = events.next();
                }
            } catch (SocketTimeoutException e) {
                // Not even a bookmark. A server whose store was put back says nothing until it has come to our version
                // again.
                position = null;
                throw e;
            }
        }
        if (!anything) {
            // Ended at once or without a word: not to be repeated without pause.
            pause(backoff.next());
        }
    }

    private void take(Event<T> event) {
        switch (event) {
            case Event.Changed<T>(T object, String version) -> {
                sink.changed(codec.key(object), object);
                position = version;
            }
            case Event.Removed<T>(T object, String version) -> {
                sink.removed(codec.key(object));
                position = version;
            }
            case Event.Bookmark<T>(String version) -> position = version;
        }
    }

    private void refused(ApiException e) {
        switch (e.code()) {
            case ApiException.GONE -> {
                LOG.info("{}: the server has forgotten version {}, reading everything again", resource, position);
                position = null;
                pause(backoff.next());
            }
            case ApiException.NOT_FOUND -> unknown(e);
            // Reading everything would ask for more than what it says is too much.
            case ApiException.TOO_MANY_REQUESTS -> failed(e);
            default -> {
                if (++refusals >= MAX_REFUSALS) {
                    refusals = 0;
                    position = null;
                }
                failed(e);
            }
        }
    }

    /** The server does not know the collection. */
    private void unknown(ApiException e) {
        try {
            if (!resource.isCustom() || Definitions.contain(server, resource)) {
                // Perhaps it is served in another version now.
                position = null;
                failed(e);
                return;
            }
        } catch (IOException unclear) {
            failed(unclear);
            return;
        }
        if (status.state() != State.ABSENT) {
            sink.replaced(Map.of());
            LOG.info("{}: not installed; read when it is", resource);
        }
        position = null;
        become(State.ABSENT, "not installed");
        backoff.reset();
        pause(server.definitions().isFollowed() ? ABSENT_RETRY : BLIND_RETRY);
    }

    private void failed(IOException e) {
        if (closed) {
            return;
        }
        WatchStatus before = status;
        boolean known = before.state() == State.WATCHING || before.state() == State.STALE;
        String reason = String.valueOf(e.getMessage());
        Duration wait = backoff.next();
        if (e instanceof ApiException refusal
                && refusal.retryAfter() != null
                && refusal.retryAfter().compareTo(wait) > 0) {
            wait = refusal.retryAfter().compareTo(Backoff.LONGEST) > 0 ? Backoff.LONGEST : refusal.retryAfter();
        }
        if (!before.isTroubled() || !before.reason().equals(reason)) {
            LOG.warn("{}: {}; {}, trying again", resource, reason, known ? "the last state stays" : "not read yet");
        }
        status = new WatchStatus(before.state(), before.reason(), before.since(), before.failures() + 1);
        become(known ? State.STALE : State.FAILING, reason);
        pause(wait);
    }

    private void become(State state, String reason) {
        WatchStatus before = status;
        if (before.state() == state && before.reason().equals(reason)) {
            return;
        }
        if (state == State.WATCHING && before.isTroubled()) {
            LOG.info("{}: followed again", resource);
        }
        status = new WatchStatus(
                state, reason, before.state() == state ? before.since() : clock.instant(), before.failures());
        listener.accept(status);
    }

    private void pause(Duration duration) {
        lock.lock();
        try {
            long nanos = duration.toNanos();
            while (!wake && !closed && nanos > 0) {
                nanos = woken.awaitNanos(nanos);
            }
            wake = false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** Returns the version in which the server has the collection, as far as is known: until then the preferred one. */
    public String servedVersion() {
        String version = apiVersion;
        return version == null ? resource.versions().getFirst() : version;
    }

    /** Stops following. The sink may still be called once. */
    @Override
    public void close() {
        closed = true;
        server.definitions().remove(this);
        thread.interrupt();
        wake();
    }
}
