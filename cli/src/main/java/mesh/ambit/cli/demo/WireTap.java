package mesh.ambit.cli.demo;

import java.time.Duration;
import mesh.ambit.linux.NetNs;
import mesh.ambit.linux.PacketTap;

/** Counts what can be seen on the wire between the pods. */
final class WireTap implements AutoCloseable {
    /** Without a frame for this long, everything that was sent has been looked at. */
    private static final Duration QUIET = Duration.ofMillis(20);

    private static final int MOST_QUIET_WAITS = 50;

    private final String secret;
    private final NetNs fabric;
    private final PacketTap tap;
    private final Thread thread;
    private long secrets;
    private long plaintext;
    private long tls;
    private long quietMoments;
    private volatile boolean closed;

    /** What was seen since the last time. */
    record Seen(long secrets, long plaintext, long tls) {}

    /** Taps every link of the namespace {@code fabric}; {@code secret} is what should not be readable. */
    WireTap(String fabric, String secret) {
        this.secret = secret;
        this.fabric = NetNs.open(NetNs.NAMED.resolve(fabric));
        this.tap = PacketTap.open(this.fabric);
        this.thread = new Thread(this::look, "wire-tap");
        thread.setDaemon(true);
        thread.start();
    }

    /** Returns the counts of all that was sent so far, and begins anew. */
    synchronized Seen take() {
        awaitQuiet();
        Seen seen = new Seen(secrets, plaintext + secrets, tls);
        secrets = 0;
        plaintext = 0;
        tls = 0;
        return seen;
    }

    private void awaitQuiet() {
        long before = quietMoments;
        try {
            for (int i = 0; i < MOST_QUIET_WAITS && quietMoments == before; i++) {
                wait(QUIET.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void quiet() {
        quietMoments++;
        notifyAll();
    }

    private void look() {
        while (!closed) {
            byte[] frame = tap.read(QUIET);
            if (frame.length == 0) {
                quiet();
            } else {
                count(Sighting.of(frame, secret));
            }
        }
    }

    private synchronized void count(Sighting sighting) {
        switch (sighting.kind()) {
            case SECRET -> secrets++;
            case PLAINTEXT -> plaintext++;
            case TLS -> tls++;
            case TUNNEL, NOTHING -> {}
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join(Duration.ofSeconds(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        tap.close();
        fabric.close();
    }
}
