package mesh.ambit.ztunnel.app;

import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import mesh.ambit.ca.CaClient;
import mesh.ambit.ca.CertificateManager;
import mesh.ambit.ca.CertificateState;
import mesh.ambit.channel.ControlPlaneChannels;
import mesh.ambit.tls.Svid;

/** The certificates of the workloads that we serve, and the CA that signs them. */
final class WorkloadCertificates implements AutoCloseable {
    private final CaClient ca;
    private final CertificateManager manager;

    private WorkloadCertificates(CaClient ca, CertificateManager manager) {
        this.ca = ca;
        this.manager = manager;
    }

    /** Returns those that {@code config} wants, judged by {@code clock}; nothing is asked for yet. */
    static WorkloadCertificates of(ZtunnelConfig config, ControlPlaneChannels channels, InstantSource clock) {
        CaClient ca = new CaClient(
                config.control().ca(),
                channels,
                config.control().certificateLifetime(),
                config.mode().shared());
        return new WorkloadCertificates(
                ca,
                new CertificateManager(
                        ca,
                        clock,
                        System::nanoTime,
                        new SplittableRandom(),
                        Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform()
                                .daemon()
                                .name("ambit-certificates")
                                .factory())));
    }

    CertificateManager manager() {
        return manager;
    }

    /** Asks for no more; those that are there go on being of use. */
    @Override
    public void close() {
        manager.close();
        ca.close();
    }

    /** Frees what the TLS library holds for each; no tunnel may use them any more. */
    void release() {
        for (CertificateState state : manager.states().values()) {
            if (state instanceof CertificateState.Available(Svid svid)) {
                svid.close();
            }
        }
    }
}
