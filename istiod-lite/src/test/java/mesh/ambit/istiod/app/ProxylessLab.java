package mesh.ambit.istiod.app;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What tests of stock gRPC have in common: a controller with a port without TLS, not started yet, and clients and servers
 * that ask it. No thread that gRPC shares outlives a class, so that none is counted as the next one's.
 */
@Timeout(180)
abstract class ProxylessLab {
    /** As every client calls what {@link GrpcClients} serves. */
    static final String WEB = "web.shop.svc.cluster.local:80";

    @TempDir
    Path directory;

    ControllerLab lab;
    GrpcClients grpc;

    @BeforeAll
    static void beginAlone() throws InterruptedException {
        GrpcClients.awaitNoSharedThreads();
    }

    @AfterAll
    static void leaveAlone() throws InterruptedException {
        GrpcClients.awaitNoSharedThreads();
    }

    @BeforeEach
    void openLab() throws IOException {
        lab = new ControllerLab(directory);
        lab.plaintext = "127.0.0.1:0";
        grpc = new GrpcClients();
    }

    @AfterEach
    void closeLab() {
        grpc.close();
        lab.close();
    }
}
