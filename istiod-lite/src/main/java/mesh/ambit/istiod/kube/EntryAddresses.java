package mesh.ambit.istiod.kube;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import mesh.ambit.istiod.kube.api.ApiException;
import mesh.ambit.istiod.kube.api.ApiResource;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.kube.EntryIps;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.Problem;
import mesh.ambit.kube.ServiceEntry;
import mesh.ambit.kube.ServiceEntry.HostAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps in the status of ServiceEntries which addresses their hosts were assigned. Every controller follows the entries,
 * the one that leads writes.
 */
public final class EntryAddresses implements ClusterListener {
    private static final Logger LOG = LoggerFactory.getLogger(EntryAddresses.class);
    private static final ApiResource ENTRIES = ApiResource.of("networking.istio.io", "v1", "serviceentries");

    /** What comes within it is looked at together, and our own writes have come back by then. */
    private static final Duration PACE = Duration.ofMillis(200);

    /** After a write that failed. */
    private static final Duration RETRY = Duration.ofSeconds(5);

    private final ApiServer server;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private final Map<ObjectKey, ServiceEntry> entries = new HashMap<>();
    private boolean due;

    /** Creates one that writes nothing before {@link #lead}. */
    public EntryAddresses(ApiServer server) {
        this.server = server;
    }

    @Override
    public void changed(ObjectChanges changes, List<Problem> problems) {
        lock.lock();
        try {
            for (ObjectKey key : changes.removed()) {
                due |= entries.remove(key) != null;
            }
            for (Map.Entry<ObjectKey, KubeObject> change : changes.put().entrySet()) {
                if (change.getKey().kind() == Kind.SERVICE_ENTRY && change.getValue() instanceof ServiceEntry entry) {
                    entries.put(change.getKey(), entry);
                    due = true;
                }
            }
            if (due) {
                news.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Begins to write, until what it returns is closed. */
    public AutoCloseable lead() {
        Thread worker = Thread.ofVirtual().name("service entry addresses").start(this::run);
        return worker::interrupt;
    }

    private void run() {
        try {
            boolean settled = settle();
            while (true) {
                Thread.sleep(settled ? PACE : RETRY);
                if (settled) {
                    await();
                }
                settled = settle();
            }
        } catch (InterruptedException e) {
            LOG.debug("addresses of ServiceEntries: another controller leads, or we end");
        }
    }

    private void await() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!due) {
                news.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether everything is right: a fault must not end the one thread that sees to it. */
    private boolean settle() throws InterruptedException {
        try {
            return writeMissing();
        } catch (RuntimeException e) {
            LOG.error("addresses of ServiceEntries: a fault, trying again", e);
            return false;
        }
    }

    /** Writes what is missing; returns whether all of it was written. */
    private boolean writeMissing() throws InterruptedException {
        List<ServiceEntry> present;
        lock.lockInterruptibly();
        try {
            due = false;
            present = List.copyOf(entries.values());
        } finally {
            lock.unlock();
        }
        boolean settled = true;
        for (Map.Entry<ObjectKey, List<HostAddress>> correction :
                EntryIps.corrections(present).entrySet()) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            settled &= write(correction.getKey(), correction.getValue());
        }
        return settled;
    }

    private boolean write(ObjectKey key, List<HostAddress> addresses) {
        try {
            server.merge(ENTRIES.object(key.namespace(), key.name()) + "/status", status(addresses));
            LOG.debug("{}: {} addresses assigned", key, addresses.size());
            return true;
        } catch (ApiException e) {
            if (e.code() == ApiException.NOT_FOUND) {
                return true;
            }
            LOG.warn("{}: addresses for its hosts are not written, trying again: {}", key, e.getMessage());
        } catch (IOException e) {
            LOG.warn("{}: addresses for its hosts are not written, trying again: {}", key, e.toString());
        }
        return false;
    }

    static ObjectNode status(List<HostAddress> addresses) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        ArrayNode list = body.putObject("status").putArray("addresses");
        for (HostAddress address : addresses) {
            list.addObject().put("value", address.value()).put("host", address.host());
        }
        return body;
    }
}
