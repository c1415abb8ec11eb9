package mesh.ambit.istiod.app;

import picocli.CommandLine.Option;

/** Flags of the discovery port, as typed; {@link DiscoverySettings} checks them. Names as upstream's where it has them. */
final class DiscoveryOptions {
    @Option(
            names = "--plaintext-address",
            paramLabel = "ADDR",
            description = "Loopback address, like 127.0.0.1:15010, of a discovery port without TLS and without proof of"
                    + " who calls, for load kits on this machine (default: none).")
    String plaintextAddr = "";

    @Option(
            names = "--keepaliveInterval",
            paramLabel = "DURATION",
            description = "How often a silent proxy is asked whether it is there (default: ${DEFAULT-VALUE}).")
    String keepaliveInterval = "30s";

    @Option(
            names = "--keepaliveTimeout",
            paramLabel = "DURATION",
            description = "How long its answer may take (default: ${DEFAULT-VALUE}).")
    String keepaliveTimeout = "10s";

    @Option(
            names = "--keepaliveMaxServerConnectionAge",
            paramLabel = "DURATION",
            description =
                    "After so long, give or take a tenth, a proxy is asked to connect anew, so that replicas share"
                            + " the load (default: ${DEFAULT-VALUE}).")
    String keepaliveMaxServerConnectionAge = "30m";
}
