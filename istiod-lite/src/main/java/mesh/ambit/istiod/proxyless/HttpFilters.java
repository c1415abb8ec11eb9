package mesh.ambit.istiod.proxyless;

import com.google.protobuf.Message;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;

/** The filters that gRPC clients know. */
final class HttpFilters {
    static final String FAULT = "envoy.filters.http.fault";
    private static final String ROUTER = "envoy.filters.http.router";

    private HttpFilters() {}

    /** Returns the filter in which routes may say what trouble is made on purpose. */
    static HttpFilter fault() {
        return filter(FAULT, HTTPFault.getDefaultInstance());
    }

    /** Returns the one that must be last. */
    static HttpFilter router() {
        return filter(ROUTER, Router.getDefaultInstance());
    }

    static HttpFilter filter(String name, Message config) {
        return HttpFilter.newBuilder()
                .setName(name)
                .setTypedConfig(Packing.any(config))
                .build();
    }
}
