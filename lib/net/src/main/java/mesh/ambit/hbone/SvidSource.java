package mesh.ambit.hbone;

import java.util.concurrent.CompletionStage;
import mesh.ambit.tls.Svid;

/** Where a certificate comes from; asked for each new tunnel, never for a stream. */
@FunctionalInterface
public interface SvidSource {
    /**
     * Returns the certificate, perhaps later. A failure's message becomes the text of
     * {@link TunnelFailure.NoCertificate}. May complete on any thread.
     */
    CompletionStage<Svid> fetch();
}
