package mesh.ambit.admin;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The paths under which upstream serves profiles of its own runtime. Ours has none in that format: bad parameters are
 * refused as they are there, and everything else says which tool of the JDK to take.
 */
final class ProfileRoutes {
    private static final int MAX_SECONDS = 300;
    private static final int MAX_FREQUENCY = 1000;

    private ProfileRoutes() {}

    static Map<String, HttpRoute> routes() {
        Map<String, HttpRoute> routes = new LinkedHashMap<>();
        routes.put("/debug/pprof/profile", ProfileRoutes::profile);
        HttpRoute heap = _ -> unavailable("heap profiles", "jcmd " + pid() + " GC.class_histogram");
        routes.put("/debug/pprof/heap", heap);
        routes.put("/debug/pprof/heap/profiling", heap);
        return routes;
    }

    private static HttpReply profile(HttpQuery query) {
        if (!within(query.parameter("seconds"), MAX_SECONDS)) {
            return HttpReply.text(400, "invalid seconds value; expected 1-" + MAX_SECONDS + "\n");
        }
        if (!within(query.parameter("frequency"), MAX_FREQUENCY)) {
            return HttpReply.text(400, "invalid frequency value; expected 1-" + MAX_FREQUENCY + "\n");
        }
        return unavailable("CPU profiles", "jcmd " + pid() + " JFR.start duration=10s filename=profile.jfr");
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
        return HttpReply.text(500, what + " are not available in this format; try: " + instead + "\n");
    }

    private static long pid() {
        return ProcessHandle.current().pid();
    }
}
