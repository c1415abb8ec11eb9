package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.util.List;

/** What rules of several kinds of routes have in common. */
public final class RouteRules {
    private RouteRules() {}

    /**
     * Where connections go.
     *
     * @param name empty when not given
     */
    public record Plain(String name, List<BackendRef> backends) {
        public Plain {
            requireNonNull(name, "name");
            backends = List.copyOf(backends);
        }
    }

    static void addBackends(List<BackendRef> all, List<BackendRef> backends, List<RouteFilter> filters) {
        addMirrors(all, filters);
        for (BackendRef backend : backends) {
            all.add(backend);
            addMirrors(all, backend.filters());
        }
    }

    private static void addMirrors(List<BackendRef> all, List<RouteFilter> filters) {
        for (RouteFilter filter : filters) {
            if (filter instanceof RouteFilter.Mirror mirror) {
                all.add(mirror.backend());
            }
        }
    }
}
