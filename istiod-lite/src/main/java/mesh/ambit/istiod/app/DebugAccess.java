package mesh.ambit.istiod.app;

import java.util.Locale;
import java.util.Set;
import mesh.ambit.admin.HttpQuery;
import mesh.ambit.admin.HttpReply;
import mesh.ambit.admin.HttpRoute;
import mesh.ambit.istiod.issuer.Authentication;
import mesh.ambit.istiod.issuer.Authenticator;
import mesh.ambit.istiod.push.DebugAnswers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides who may see a debug page: this machine, and whoever proves with a bearer token to be of a namespace that may,
 * as for discovery.
 */
final class DebugAccess {
    private static final Logger LOG = LoggerFactory.getLogger(DebugAccess.class);
    private static final String BEARER = "bearer ";

    private final Authenticator tokens;
    private final DebugAnswers rules;
    private final Set<String> namespaces;

    /**
     * Creates one.
     *
     * @param tokens judges bearer tokens; may block
     * @param rules which namespaces may see which pages
     * @param namespaces those that may see every page besides
     */
    DebugAccess(Authenticator tokens, DebugAnswers rules, Set<String> namespaces) {
        this.tokens = tokens;
        this.rules = rules;
        this.namespaces = Set.copyOf(namespaces);
    }

    /** Returns {@code page}, which is called {@code name}, for those who may see it. */
    HttpRoute guarded(String name, HttpRoute page) {
        return HttpRoute.blocking(query -> {
            if (query.fromLoopback()) {
                return page.answer(query);
            }
            return switch (authenticate(query)) {
                case Authentication.Refused(String reason) -> {
                    LOG.warn("{}: refused: {}", query.path(), reason);
                    yield HttpReply.text(401, "authentication failure\n");
                }
                case Authentication.Accepted accepted -> {
                    String namespace = accepted.caller().namespace();
                    if (rules.maySee(namespace, name) || namespaces.contains(namespace)) {
                        yield page.answer(query);
                    }
                    LOG.warn("{}: refused to {}", query.path(), accepted.caller());
                    yield HttpReply.text(403, "not for callers of namespace " + namespace + "\n");
                }
            };
        });
    }

    private Authentication authenticate(HttpQuery query) {
        String header = query.authorization();
        return header.toLowerCase(Locale.ROOT).startsWith(BEARER)
                ? tokens.authenticate(header.substring(BEARER.length()).strip())
                : new Authentication.Refused("no bearer token");
    }
}
