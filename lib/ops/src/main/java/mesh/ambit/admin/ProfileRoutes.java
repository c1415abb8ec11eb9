package mesh.ambit.admin;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * The paths under which upstream serves profiles of its own runtime. Processor time comes in the same form; of the heap
 * there is none, as in upstream's own builds without its allocator, and the answer says which tool of the JDK to take.
 */
final class ProfileRoutes {
    private static final int MAX_SECONDS = 300;
    private static final int MAX_FREQUENCY = 1000;
    private static final int SECONDS = 10;
    private static final int FREQUENCY = 100;

    /** One profile at a time: each stops all threads at every look. */
    private static final Semaphore TAKING = new Semaphore(1);

    private ProfileRoutes() {}

    static Map<String, HttpRoute> routes() {
        Map<String, HttpRoute> routes = new LinkedHashMap<>();
        routes.put("/debug/pprof/profile", HttpRoute.blocking(ProfileRoutes::profile));
        HttpRoute heap = _ -> unavailable("heap profiles", "jcmd " + pid() + " GC.class_histogram");
        routes.put("/debug/pprof/heap", heap);
        routes.put("/debug/pprof/heap/profiling", heap);
        return routes;
    }

    private static HttpReply profile(HttpQuery query) {
        if (!within(query.lastParameter("seconds"), MAX_SECONDS)) {
            return HttpReply.text(400, "invalid seconds value; expected 1-" + MAX_SECONDS + "\n");
        }
        if (!within(query.lastParameter("frequency"), MAX_FREQUENCY)) {
            return HttpReply.text(400, "invalid frequency value; expected 1-" + MAX_FREQUENCY + "\n");
        }
        if (!TAKING.tryAcquire()) {
            return HttpReply.text(500, "a profile is being taken already\n");
        }
        try {
            Duration time = Duration.ofSeconds(number(query.lastParameter("seconds"), SECONDS));
            int frequency = number(query.lastParameter("frequency"), FREQUENCY);
            return new HttpReply(200, null, CpuProfile.take(time, frequency, System.currentTimeMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return HttpReply.text(500, "interrupted\n");
        } finally {
            TAKING.release();
        }
    }

    private static int number(@Nullable String text, int fallback) {
        return text == null ? fallback : Integer.parseInt(text);
    }

    private static boolean within(@Nullable String text, int max) {
        if (text == null) {
            return true;
        }
        try {
            int number = Integer.parseInt(text);
            return number >= 1 && number <= max;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static HttpReply unavailable(String what, String instead) {
        return new HttpReply(500, null, what + " are not available in this format; try: " + instead + "\n");
    }

    private static long pid() {
        return ProcessHandle.current().pid();
    }
}
