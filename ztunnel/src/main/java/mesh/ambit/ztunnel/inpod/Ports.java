package mesh.ambit.ztunnel.inpod;

import java.util.Set;

/** The ports that a pod's proxy listens on. */
public final class Ports {
    /** Outbound capture. */
    public static final int OUTBOUND = 15001;

    /** Inbound plaintext capture. */
    public static final int INBOUND_PLAINTEXT = 15006;

    /** Inbound HBONE. */
    public static final int INBOUND_HBONE = 15008;

    /** All of them: nobody may be forwarded there, or a connection would chase itself. */
    public static final Set<Integer> OWN = Set.of(OUTBOUND, INBOUND_PLAINTEXT, INBOUND_HBONE);

    /** SOCKS5, on loopback only, where it is switched on. */
    public static final int SOCKS = 15080;

    private Ports() {}

    /** Returns the ports that nobody may be forwarded to, with SOCKS5 or without. */
    public static Set<Integer> own(boolean socks) {
        return socks ? Set.of(OUTBOUND, INBOUND_PLAINTEXT, INBOUND_HBONE, SOCKS) : OWN;
    }
}
