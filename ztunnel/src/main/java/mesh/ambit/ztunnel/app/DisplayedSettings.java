package mesh.ambit.ztunnel.app;

import mesh.ambit.config.Environment;
import org.jspecify.annotations.Nullable;

/**
 * Settings that the configuration dump shows beside those of the other records, which belong to features that read them
 * for themselves.
 *
 * @param preferredServiceNamespace whose services win a name; null for nobody's
 * @param socks whether pods get a SOCKS5 port
 */
record DisplayedSettings(@Nullable String preferredServiceNamespace, boolean socks) {
    static DisplayedSettings from(Environment env) {
        return new DisplayedSettings(env.text("PREFERED_SERVICE_NAMESPACE"), env.flag("UNSTABLE_ENABLE_SOCKS5", false));
    }
}
