package mesh.ambit.kube;

import java.util.ArrayList;
import java.util.List;
import mesh.ambit.kube.RouteFilter.HeaderChange;
import mesh.ambit.kube.RouteFilter.NamedValue;
import mesh.ambit.kube.RouteFilter.PathChange;
import org.jspecify.annotations.Nullable;

/** Reads the filters of routes. */
final class RouteFilters {
    private static final int FOUND = 302;
    private static final int PERCENT = 100;
    private static final int CORS_SECONDS = 5;

    private RouteFilters() {}

    /** Returns the filters of a rule or of a backend. */
    static List<RouteFilter> read(Fields owner) {
        List<RouteFilter> filters = new ArrayList<>();
        owner.children("filters").forEach(filter -> filters.add(filter(filter)));
        return filters;
    }

    private static RouteFilter filter(Fields filter) {
        String type = filter.text("type");
        return switch (type) {
            case "RequestHeaderModifier" ->
                new RouteFilter.RequestHeaders(change(filter.childOrEmpty("requestHeaderModifier")));
            case "ResponseHeaderModifier" ->
                new RouteFilter.ResponseHeaders(change(filter.childOrEmpty("responseHeaderModifier")));
            case "RequestMirror" -> mirror(filter.childOrEmpty("requestMirror"));
            case "RequestRedirect" -> redirect(filter.childOrEmpty("requestRedirect"));
            case "URLRewrite" -> {
                Fields rewrite = filter.childOrEmpty("urlRewrite");
                yield new RouteFilter.Rewrite(rewrite.text("hostname"), path(rewrite.child("path")));
            }
            case "CORS" -> cors(filter.childOrEmpty("cors"));
            case "ExtensionRef" -> {
                Fields extension = filter.childOrEmpty("extensionRef");
                yield new RouteFilter.Extension(
                        extension.text("group"), extension.text("kind"), extension.text("name"));
            }
            default -> new RouteFilter.Unknown(type);
        };
    }

    private static HeaderChange change(Fields change) {
        return new HeaderChange(values(change, "set"), values(change, "add"), change.textList("remove"));
    }

    private static List<NamedValue> values(Fields change, String name) {
        List<NamedValue> values = new ArrayList<>();
        for (Fields value : change.children(name)) {
            values.add(new NamedValue(value.text("name"), value.text("value")));
        }
        return values;
    }

    private static RouteFilter mirror(Fields mirror) {
        BackendRef backend = RouteObjects.backend(mirror.childOrEmpty("backendRef"));
        Fields fraction = mirror.child("fraction");
        return fraction == null
                ? new RouteFilter.Mirror(backend, SpecFields.numberOr(mirror, "percent", PERCENT), PERCENT)
                : new RouteFilter.Mirror(
                        backend, fraction.number("numerator"), SpecFields.numberOr(fraction, "denominator", PERCENT));
    }

    private static RouteFilter redirect(Fields redirect) {
        return new RouteFilter.Redirect(
                redirect.text("scheme"),
                redirect.text("hostname"),
                path(redirect.child("path")),
                redirect.numberOrNull("port"),
                SpecFields.numberOr(redirect, "statusCode", FOUND));
    }

    private static @Nullable PathChange path(@Nullable Fields path) {
        if (path == null) {
            return null;
        }
        boolean prefix = path.text("type").equals("ReplacePrefixMatch");
        return new PathChange(prefix, path.text(prefix ? "replacePrefixMatch" : "replaceFullPath"));
    }

    private static RouteFilter cors(Fields cors) {
        return new RouteFilter.Cors(
                cors.textList("allowOrigins"),
                cors.flag("allowCredentials"),
                cors.textList("allowMethods"),
                cors.textList("allowHeaders"),
                cors.textList("exposeHeaders"),
                SpecFields.numberOr(cors, "maxAge", CORS_SECONDS));
    }
}
