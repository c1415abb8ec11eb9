package mesh.ambit.istiod.status;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import mesh.ambit.istiod.ambient.MeshSettings;
import mesh.ambit.istiod.ambient.Standing;
import mesh.ambit.istiod.ambient.StandingEngine;
import mesh.ambit.istiod.kube.ClusterListener;
import mesh.ambit.istiod.kube.ObjectChanges;
import mesh.ambit.istiod.kube.RevisionTags;
import mesh.ambit.istiod.kube.api.ApiException;
import mesh.ambit.istiod.kube.api.ApiResource;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.istiod.kube.api.Reflector;
import mesh.ambit.istiod.kube.api.Sink;
import mesh.ambit.istiod.kube.api.WorkQueue;
import mesh.ambit.kube.ApiNames;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.Problem;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the status of routes, of policies and of what may have a waypoint. Every controller follows the objects, the one
 * that leads judges them and writes, only where something differs. What others write is kept: a write that would go over
 * a change it has not seen is refused by the server and done again.
 */
public final class StatusWriter implements ClusterListener {
    private static final Logger LOG = LoggerFactory.getLogger(StatusWriter.class);

    /** After each write, so that thousands of objects that change at once do not crowd out others. */
    private static final Duration PACE = Duration.ofMillis(20);

    private final ApiServer server;
    private final MeshSettings settings;
    private final RevisionTags tags;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<ObjectKey, KubeObject> objects = new HashMap<>();
    private @Nullable Term term;

    /**
     * Creates one that writes nothing before {@link #lead}.
     *
     * @param tags tell whose routes are ours to judge: those of another revision another controller does; not closed by us
     */
    public StatusWriter(
            ApiServer server, MeshSettings settings, RevisionTags tags, InstantSource clock, RandomGenerator random) {
        this.server = server;
        this.settings = settings;
        this.tags = tags;
        this.clock = clock;
        this.random = random;
    }

    @Override
    public void changed(ObjectChanges changes, List<Problem> problems) {
        lock.lock();
        try {
            changes.removed().forEach(objects::remove);
            changes.put().forEach((key, object) -> {
                if (StandingEngine.reads(key.kind())) {
                    objects.put(key, object);
                }
            });
            if (term != null) {
                term.take(changes.put().values(), changes.removed());
            }
        } finally {
            lock.unlock();
        }
    }

    /** Begins to write, until what it returns is closed. */
    public AutoCloseable lead() {
        lock.lock();
        try {
            Term begun = new Term();
            begun.take(objects.values(), Set.of());
            term = begun;
            begun.follow();
            return () -> end(begun);
        } finally {
            lock.unlock();
        }
    }

    private @Nullable KubeObject object(ObjectKey key) {
        lock.lock();
        try {
            return objects.get(key);
        } finally {
            lock.unlock();
        }
    }

    private void end(Term ended) {
        lock.lock();
        try {
            if (term == ended) {
                term = null;
            }
        } finally {
            lock.unlock();
        }
        ended.close();
    }

    /** What is needed only while we lead. */
    private final class Term {
        private final StandingEngine engine = new StandingEngine(settings);
        private final Map<ObjectKey, Standing> standings = new ConcurrentHashMap<>();

        /** Of the objects that were judged; the other watch may be at another one. */
        private final Map<ObjectKey, Long> generations = new ConcurrentHashMap<>();

        private final Map<ObjectKey, StatusCodec.Present> present = new ConcurrentHashMap<>();
        private final Set<String> complaints = ConcurrentHashMap.newKeySet();
        private final Map<Kind, Reflector<StatusCodec.Present>> reflectors = new ConcurrentHashMap<>();
        private final WorkQueue queue = new WorkQueue("status", this::settle, System::nanoTime);
        private final Runnable tagsChanged = this::lookAtRoutesAgain;

        private void lookAtRoutesAgain() {
            standings.keySet().stream().filter(key -> isRoute(key.kind())).forEach(key -> queue.add(item(key)));
        }

        void follow() {
            tags.whenChanged(tagsChanged);
            for (Kind kind : Kind.values()) {
                if (StandingEngine.judges(kind)) {
                    reflectors.put(
                            kind,
                            Reflector.start(
                                    server,
                                    resource(kind),
                                    new StatusCodec(),
                                    new Follower(kind),
                                    _ -> {},
                                    clock,
                                    random));
                }
            }
        }

        /** Called with the lock held. */
        void take(Iterable<KubeObject> put, Set<ObjectKey> removed) {
            List<KubeObject> all = new ArrayList<>();
            put.forEach(all::add);
            for (ObjectKey key : removed) {
                standings.remove(key);
                generations.remove(key);
            }
            Map<ObjectKey, Standing> judged = engine.apply(all, removed);
            standings.putAll(judged);
            Set<ObjectKey> news = new HashSet<>(judged.keySet());
            for (KubeObject object : all) {
                ObjectKey key = object.key();
                long generation = object.metadata().generation();
                if (generation > 0 && !Long.valueOf(generation).equals(generations.put(key, generation))) {
                    news.add(key);
                }
            }
            news.forEach(key -> queue.add(item(key)));
        }

        private boolean settle(String item) {
            ObjectKey key = key(item);
            StatusCodec.Present now = present.get(key);
            Standing standing = standings.get(key);
            // Unknown to one of the two watches: its event comes.
            if (now == null || standing == null) {
                return true;
            }
            if (isRoute(key.kind()) && !isMine(key)) {
                return true;
            }
            long generation = generations.getOrDefault(key, 0L);
            ObjectNode status =
                    StatusMerge.of(now.status(), standing, isRoute(key.kind()), generation, clock.instant());
            if (status == null) {
                settled(key, standing);
                return true;
            }
            ObjectNode body = JsonNodeFactory.instance.objectNode();
            body.putObject("metadata").put("resourceVersion", now.version());
            body.set("status", status);
            try {
                server.merge(path(key) + "/status", body);
                settled(key, standing);
                Thread.sleep(PACE);
                return true;
            } catch (ApiException e) {
                return isSettledBy(e, key);
            } catch (IOException e) {
                LOG.warn("status of {}: {}, trying again", key, e.getMessage());
                return Thread.currentThread().isInterrupted();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return true;
            }
        }

        private boolean isMine(ObjectKey key) {
            try {
                tags.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
            KubeObject object = object(key);
            return object == null
                    || tags.isMine(key.namespace(), object.metadata().labels());
        }

        private void settled(ObjectKey key, Standing standing) {
            if (standing.last()) {
                standings.remove(key, standing);
            }
        }

        /** Returns the path of an object, in a version that is served. */
        private String path(ObjectKey key) {
            ApiResource resource = resource(key.kind());
            Reflector<StatusCodec.Present> reflector = reflectors.get(key.kind());
            return reflector == null
                    ? resource.object(key.namespace(), key.name())
                    : resource.in(key.namespace()).path(reflector.servedVersion()) + "/" + key.name();
        }

        /** Returns whether asking again would not help; the object's next change asks again anyway. */
        private boolean isSettledBy(ApiException e, ObjectKey key) {
            // Gone or changed meanwhile: its event comes, or has come.
            if (e.code() == ApiException.NOT_FOUND || e.code() == ApiException.CONFLICT) {
                return true;
            }
            // What is refused for one object, a right that is missing for instance, is refused for thousands.
            if (complaints.add(key.kind() + " " + e.code())) {
                LOG.warn("status of {}: {}", key, e.getMessage());
            } else {
                LOG.debug("status of {}: {}", key, e.getMessage());
            }
            return e.code() / 100 == 4 && e.code() != ApiException.TOO_MANY_REQUESTS;
        }

        void close() {
            tags.forget(tagsChanged);
            reflectors.values().forEach(Reflector::close);
            queue.close();
        }

        /** Takes what the status of one kind's objects says. */
        private final class Follower implements Sink<StatusCodec.Present> {
            private final Kind kind;

            Follower(Kind kind) {
                this.kind = kind;
            }

            @Override
            public void replaced(Map<String, StatusCodec.Present> all) {
                present.keySet().removeIf(key -> key.kind() == kind && !all.containsKey(name(key)));
                all.forEach(this::changed);
            }

            @Override
            public void changed(String key, StatusCodec.Present object) {
                ObjectKey of = of(key);
                present.put(of, object);
                queue.add(item(of));
            }

            @Override
            public void removed(String key) {
                present.remove(of(key));
            }

            private ObjectKey of(String key) {
                return ObjectKey.at(kind, key);
            }
        }
    }

    private static boolean isRoute(Kind kind) {
        return switch (kind) {
            case HTTP_ROUTE, GRPC_ROUTE, TLS_ROUTE, TCP_ROUTE -> true;
            default -> false;
        };
    }

    private static ApiResource resource(Kind kind) {
        return new ApiResource(ApiNames.group(kind), ApiNames.versions(kind), ApiNames.plural(kind), "", "", "", false);
    }

    private static String name(ObjectKey key) {
        return key.namespace() + "/" + key.name();
    }

    private static String item(ObjectKey key) {
        return key.kind().name() + " " + name(key);
    }

    private static ObjectKey key(String item) {
        int space = item.indexOf(' ');
        int slash = item.indexOf('/');
        return new ObjectKey(
                Kind.valueOf(item.substring(0, space)), item.substring(space + 1, slash), item.substring(slash + 1));
    }
}
