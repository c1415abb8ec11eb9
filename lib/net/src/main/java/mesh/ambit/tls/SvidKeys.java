package mesh.ambit.tls;

import io.netty.handler.ssl.util.SimpleKeyManagerFactory;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.ManagerFactoryParameters;
import org.jspecify.annotations.Nullable;

/** The one key and chain that a TLS context has to show, whatever it is asked for. */
final class SvidKeys extends SimpleKeyManagerFactory {
    private final KeyManager[] managers;

    SvidKeys(Svid svid) {
        super("svid");
        managers = new KeyManager[] {new OnlyKey(svid.key(), svid.chain().toArray(new X509Certificate[0]))};
    }

    @Override
    protected void engineInit(@Nullable KeyStore store, char @Nullable [] password) {}

    @Override
    protected void engineInit(ManagerFactoryParameters parameters) {}

    @Override
    protected KeyManager[] engineGetKeyManagers() {
        return managers.clone();
    }
}
