package mesh.ambit.node.rules;

import java.util.ArrayList;
import java.util.List;
import mesh.ambit.node.rules.NftScript.ChainType;
import mesh.ambit.node.rules.NftScript.Hook;
import mesh.ambit.node.rules.NftScript.NftChain;
import mesh.ambit.node.rules.NftScript.NftRule;

/**
 * The redirection rules inside a pod, as values.
 *
 * <p>Every socket of the proxy carries {@link #PROXY_MARK}; whatever TCP is without it goes to the proxy's listeners.
 * The mangle table with {@link PolicyRoutes} brings an application's replies back to the proxy where the proxy had
 * connected with the source address of the real peer. Tables, chains, marks, ports and order are those of Istio, so
 * that either side may be replaced. The names M1 to N9, R1 and R2 are those of our compatibility notes.
 */
final class CaptureRules {
    /** SO_MARK of every socket that the proxy opens in a pod. */
    static final int PROXY_MARK = 0x539;
    /** Marks connections that began at the proxy, and then the replies on them. */
    static final int RETURN_MARK = 0x111;
    /** The bits in which marks are compared; the others belong to whoever made the pod's network. */
    static final int MARK_MASK = 0xfff;

    static final int OUTBOUND_PORT = 15001;
    static final int INBOUND_PORT = 15006;
    static final int HBONE_PORT = 15008;
    static final int DNS_PORT = 15053;

    static final String MANGLE = "istio-ambient-mangle";
    static final String NAT = "istio-ambient-nat";
    /** Only there while DNS is captured. */
    static final String RAW = "istio-ambient-raw";
    /** Keeps connection tracking alive while captured connections end; see {@link #drain}. */
    static final String DRAIN = "ambit-drain";

    private static final String PREROUTING = "istio-prerouting";
    private static final String OUTPUT = "istio-output";

    private static final String FROM_PROXY = "meta mark and " + hex(MARK_MASK) + " == " + hex(PROXY_MARK);
    private static final String NOT_FROM_PROXY = "meta mark and " + hex(MARK_MASK) + " != " + hex(PROXY_MARK);
    private static final String RETURNING = "mark and " + hex(MARK_MASK) + " == " + hex(RETURN_MARK);
    /** The packet that opens a connection, and no packet of one that is older than the rules. */
    private static final String OPENING = "tcp flags & (fin|syn|rst|ack) == syn ";

    private CaptureRules() {}

    /** Returns a mark or a mask as the tools write it. */
    static String hex(int mark) {
        return "0x" + Integer.toHexString(mark);
    }

    /** Returns the chains in the order in which they are added. */
    static List<NftChain> chains(CaptureOptions options) {
        List<NftChain> chains = new ArrayList<>(List.of(
                NftChain.plain(MANGLE, PREROUTING),
                NftChain.plain(MANGLE, OUTPUT),
                new NftChain(MANGLE, "prerouting", ChainType.FILTER, Hook.PREROUTING, -150),
                // Only a chain of type route makes the kernel route again after the mark has changed.
                new NftChain(MANGLE, "output", ChainType.ROUTE, Hook.OUTPUT, -150),
                NftChain.plain(NAT, PREROUTING),
                NftChain.plain(NAT, OUTPUT),
                new NftChain(NAT, "prerouting", ChainType.NAT, Hook.PREROUTING, -100),
                new NftChain(NAT, "output", ChainType.NAT, Hook.OUTPUT, -100)));
        if (options.dns()) {
            chains.add(NftChain.plain(RAW, PREROUTING));
            chains.add(NftChain.plain(RAW, OUTPUT));
            // Before connection tracking, which begins at -200: the zone decides where a flow is looked up.
            chains.add(new NftChain(RAW, "prerouting", ChainType.FILTER, Hook.PREROUTING, -300));
            chains.add(new NftChain(RAW, "output", ChainType.FILTER, Hook.OUTPUT, -300));
        }
        return chains;
    }

    /** Returns the rules; their order within a chain is part of the contract. */
    static List<NftRule> rules(CaptureOptions options) {
        List<NftRule> rules = new ArrayList<>();
        rules.add(new NftRule(MANGLE, "prerouting", "jump", "counter jump " + PREROUTING));
        rules.add(new NftRule(MANGLE, "output", "jump", "counter jump " + OUTPUT));
        rules.add(new NftRule(NAT, "prerouting", "jump", "counter jump " + PREROUTING));
        rules.add(new NftRule(NAT, "output", "jump", "counter jump " + OUTPUT));

        rules.add(new NftRule(
                MANGLE,
                PREROUTING,
                "M1",
                FROM_PROXY + " counter ct mark set ct mark and " + hex(~MARK_MASK) + " or " + hex(RETURN_MARK)));
        rules.add(new NftRule(MANGLE, OUTPUT, "M2", "ct " + RETURNING + " counter meta mark set ct mark"));

        inbound(rules, options);
        outbound(rules, options);
        if (options.dns()) {
            zones(rules);
        }
        return rules;
    }

    /**
     * The proxy's own questions to name servers, and the answers, are tracked in a zone of their own. Else one that
     * leaves from a port from which the application has just asked would be taken for the application's, whose flow is
     * redirected, and come back to the proxy.
     */
    private static void zones(List<NftRule> rules) {
        rules.add(new NftRule(RAW, "prerouting", "jump", "counter jump " + PREROUTING));
        rules.add(new NftRule(RAW, "output", "jump", "counter jump " + OUTPUT));
        rules.add(new NftRule(RAW, OUTPUT, "R1", "udp dport 53 " + FROM_PROXY + " counter ct zone set 1"));
        rules.add(new NftRule(RAW, PREROUTING, "R2", "udp sport 53 " + NOT_FROM_PROXY + " counter ct zone set 1"));
    }

    private static void inbound(List<NftRule> rules, CaptureOptions options) {
        for (String name : options.virtualInterfaces()) {
            String guest = "iifname \"" + name + "\" meta l4proto tcp counter ";
            rules.add(new NftRule(NAT, PREROUTING, "N1 " + name, guest + "redirect to :" + OUTBOUND_PORT));
            rules.add(new NftRule(NAT, PREROUTING, "N1 " + name + " done", guest + "return"));
        }
        if (options.bypassInbound()) {
            return;
        }
        for (Family family : families(options)) {
            rules.add(new NftRule(
                    NAT,
                    PREROUTING,
                    "N2 " + family.word,
                    family.word + " saddr " + family.probe + " meta l4proto tcp counter accept"));
        }
        String opening = options.graceful() ? OPENING : "";
        for (Family family : families(options)) {
            rules.add(new NftRule(
                    NAT,
                    PREROUTING,
                    "N4 " + family.word,
                    family.word + " daddr != " + family.loopback + " tcp dport != " + HBONE_PORT + " " + opening
                            + NOT_FROM_PROXY + " counter redirect to :" + INBOUND_PORT));
        }
    }

    private static void outbound(List<NftRule> rules, CaptureOptions options) {
        for (Family family : families(options)) {
            rules.add(new NftRule(
                    NAT,
                    OUTPUT,
                    "N3 " + family.word,
                    family.word + " daddr " + family.probe + " meta l4proto tcp counter accept"));
        }
        if (options.dns()) {
            dns(rules, options);
        }
        rules.add(new NftRule(NAT, OUTPUT, "N7", "meta l4proto tcp meta " + RETURNING + " counter accept"));
        for (Family family : families(options)) {
            rules.add(new NftRule(
                    NAT,
                    OUTPUT,
                    "N8 " + family.word,
                    "oifname \"lo\" " + family.word + " daddr != " + family.loopback + " counter accept"));
        }
        String opening = options.graceful() ? OPENING : "meta l4proto tcp ";
        for (Family family : families(options)) {
            rules.add(new NftRule(
                    NAT,
                    OUTPUT,
                    "N9 " + family.word,
                    family.word + " daddr != " + family.loopback + " " + opening + NOT_FROM_PROXY
                            + " counter redirect to :" + OUTBOUND_PORT));
        }
    }

    /**
     * Questions to any name server but one of the pod's loopback; over TCP those to the pod's own address too, since
     * they come before N8, as they do in Istio.
     */
    private static void dns(List<NftRule> rules, CaptureOptions options) {
        rules.add(new NftRule(
                NAT,
                OUTPUT,
                "N5",
                "oifname != \"lo\" udp dport 53 " + NOT_FROM_PROXY + " counter redirect to :" + DNS_PORT));
        String opening = options.graceful() ? OPENING : "";
        for (Family family : families(options)) {
            rules.add(new NftRule(
                    NAT,
                    OUTPUT,
                    "N6 " + family.word,
                    family.word + " daddr != " + family.loopback + " tcp dport 53 " + opening + NOT_FROM_PROXY
                            + " counter redirect to :" + DNS_PORT));
        }
    }

    /** Returns the transaction that puts the rules in force, whatever of ours was there before. */
    static String enrol(CaptureOptions options) {
        NftScript script = new NftScript();
        script.remove(DRAIN);
        script.refill(MANGLE);
        script.refill(NAT);
        if (options.dns()) {
            script.refill(RAW);
        } else {
            script.remove(RAW);
        }
        chains(options).forEach(script::add);
        rules(options).forEach(script::add);
        return script.text();
    }

    /**
     * Returns the transaction that ends capture for new connections and keeps captured ones flowing.
     *
     * <p>The empty nat chains and one rule that needs connection tracking stay: without them the kernel would stop
     * translating, and both ends of every captured connection would see a reset. The mangle table stays for those that
     * the proxy opened with the address of the real peer, and the zones for answers that are still on their way.
     */
    static String drain() {
        NftScript script = new NftScript();
        script.refill(NAT);
        script.refill(DRAIN);
        script.add(new NftChain(DRAIN, "hold", ChainType.FILTER, Hook.INPUT, 0));
        script.add(new NftRule(DRAIN, "hold", "hold", "ct state established counter accept"));
        return script.text();
    }

    /** Returns the transaction that leaves nothing of ours behind. */
    static String remove() {
        NftScript script = new NftScript();
        script.remove(DRAIN);
        script.remove(MANGLE);
        script.remove(NAT);
        script.remove(RAW);
        return script.text();
    }

    private static List<Family> families(CaptureOptions options) {
        return options.ipv6() ? List.of(Family.V4, Family.V6) : List.of(Family.V4);
    }

    private enum Family {
        V4("ip", "127.0.0.1", CaptureOptions.PROBE_V4),
        V6("ip6", "::1", CaptureOptions.PROBE_V6);

        private final String word;
        private final String loopback;
        private final String probe;

        Family(String word, String loopback, String probe) {
            this.word = word;
            this.loopback = loopback;
            this.probe = probe;
        }
    }
}
