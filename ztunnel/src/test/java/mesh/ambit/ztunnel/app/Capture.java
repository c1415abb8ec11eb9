package mesh.ambit.ztunnel.app;

import mesh.ambit.testkit.LabNamespace;

/** The redirection of a pod's traffic to its proxy. */
final class Capture {
    /** What a node agent programs into a pod, as short as it can be said. */
    private static final String CAPTURE = """
            table ip capture {
              chain mark-in {
                type filter hook prerouting priority mangle
                meta mark & 0xfff == 0x539 ct mark set 0x111
              }
              chain mark-out {
                type route hook output priority mangle
                ct mark & 0xfff == 0x111 meta mark set ct mark
              }
              chain in {
                type nat hook prerouting priority dstnat
                ip daddr != 127.0.0.1 tcp dport != 15008 meta mark & 0xfff != 0x539 redirect to :15006
              }
              chain out {
                type nat hook output priority -100
                meta l4proto tcp meta mark & 0xfff == 0x111 accept
                ip daddr != 127.0.0.1 oifname "lo" accept
                ip daddr != 127.0.0.1 meta l4proto tcp meta mark & 0xfff != 0x539 redirect to :15001
              }
            }
            """;

    private Capture() {}

    /** Redirects what enters and leaves a pod, as a node agent does. */
    static void of(LabNamespace namespace) {
        namespace.pipe(CAPTURE, "nft", "-f", "-");
        namespace.run("ip", "route", "add", "local", "0.0.0.0/0", "dev", "lo", "table", "100");
        namespace.run("ip", "rule", "add", "fwmark", "0x111/0xfff", "pref", "32764", "lookup", "100");
    }
}
