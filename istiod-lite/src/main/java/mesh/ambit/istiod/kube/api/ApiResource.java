package mesh.ambit.istiod.kube.api;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A collection of objects of an API server, or the part of it that is watched.
 *
 * @param group API group; empty for the core group
 * @param versions those that can be read, the preferred one first; at least one
 * @param plural as paths spell it
 * @param namespace only this one; empty for all, and for kinds that live in none
 * @param fieldSelector only objects of which this holds; empty for all
 * @param labelSelector only objects whose labels are so; empty for all
 * @param metadataOnly whether nothing but the metadata of each object is of interest
 */
public record ApiResource(
        String group,
        List<String> versions,
        String plural,
        String namespace,
        String fieldSelector,
        String labelSelector,
        boolean metadataOnly) {
    private static final String METADATA_FORMAT = "application/json;g=meta.k8s.io;v=v1;as=PartialObjectMetadata";

    public ApiResource {
        versions = List.copyOf(versions);
        if (versions.isEmpty()) {
            throw new IllegalArgumentException(plural + " without a version");
        }
    }

    /** Returns a whole collection of one version. */
    public static ApiResource of(String group, String version, String plural) {
        return new ApiResource(group, List.of(version), plural, "", "", "", false);
    }

    /** Returns the part of this collection that lies in one namespace. */
    public ApiResource in(String namespace) {
        return new ApiResource(group, versions, plural, namespace, fieldSelector, labelSelector, metadataOnly);
    }

    /** Returns the part of this collection that a field selector names. */
    public ApiResource where(String selector) {
        return new ApiResource(group, versions, plural, namespace, selector, labelSelector, metadataOnly);
    }

    /** Returns the part of this collection whose labels are so. */
    public ApiResource labelled(String selector) {
        return new ApiResource(group, versions, plural, namespace, fieldSelector, selector, metadataOnly);
    }

    /** Returns this collection, with nothing but the metadata of its objects. */
    public ApiResource metadata() {
        return new ApiResource(group, versions, plural, namespace, fieldSelector, labelSelector, true);
    }

    String listFormat() {
        return metadataOnly ? METADATA_FORMAT + "List" : ApiServer.FORMAT;
    }

    String watchFormat() {
        return metadataOnly ? METADATA_FORMAT : ApiServer.FORMAT;
    }

    /** Returns the path of the collection in one of its versions. */
    public String path(String version) {
        String root = group.isEmpty() ? "/api/" + version : "/apis/" + group + "/" + version;
        return root + (namespace.isEmpty() ? "" : "/namespaces/" + namespace) + "/" + plural;
    }

    /**
     * Returns the path of one object in the preferred version.
     *
     * @param inNamespace empty for kinds that live in none
     * @param name any text: it may be what a tenant wrote where a name belongs
     */
    public String object(String inNamespace, String name) {
        return in(inNamespace).path(versions.getFirst()) + "/" + segment(name);
    }

    /** Returns {@code name} so that it is one segment of a path and nothing else, whatever is in it. */
    private static String segment(String name) {
        if (name.equals(".") || name.equals("..")) {
            return name.replace(".", "%2E");
        }
        // What is written otherwise in forms than in paths: names of some kinds have colons.
        return URLEncoder.encode(name, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%3A", ":");
    }

    /** Returns whether the API server knows it only through a definition that users install. */
    boolean isCustom() {
        return group.endsWith("istio.io") || group.startsWith("gateway.networking.");
    }

    /** Returns the name of the definition that users install. */
    String definition() {
        return plural + "." + group;
    }

    /** Returns the query of this part, to be followed by further parameters. */
    String query() {
        return "?" + parameter("fieldSelector", fieldSelector) + parameter("labelSelector", labelSelector);
    }

    private static String parameter(String name, String value) {
        return value.isEmpty() ? "" : name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8) + "&";
    }

    /** Returns what a person calls it. */
    @Override
    public String toString() {
        return plural + (group.isEmpty() ? "" : "." + group) + (namespace.isEmpty() ? "" : " in " + namespace);
    }
}
