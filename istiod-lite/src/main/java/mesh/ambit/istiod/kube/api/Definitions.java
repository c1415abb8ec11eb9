package mesh.ambit.istiod.kube.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;

/** What kinds of objects users have installed in a cluster. */
public final class Definitions {
    /** The definitions; their specifications are of no interest here, and long. */
    public static final ApiResource RESOURCE = ApiResource.of("apiextensions.k8s.io", "v1", "customresourcedefinitions")
            .metadata();

    private Definitions() {}

    /**
     * Returns whether {@code resource} is defined, perhaps without being served yet. One that is being removed is not.
     *
     * @throws IOException if that cannot be told
     */
    static boolean contain(ApiServer server, ApiResource resource) throws IOException {
        try {
            JsonNode definition = server.get(RESOURCE.object("", resource.definition()));
            return !definition.path("metadata").has("deletionTimestamp");
        } catch (ApiException e) {
            if (e.code() == ApiException.NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }
}
