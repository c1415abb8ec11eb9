package mesh.ambit.istiod.issuer;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a fresh token for each node's proxy in {@code nodes/NODE/token}, for nobody else to read.
 *
 * <p>A node that disappears keeps its last token, which expires by itself. Not thread-safe: one thread calls
 * {@link #refresh}.
 */
public final class NodeTokens {
    private static final Logger LOG = LoggerFactory.getLogger(NodeTokens.class);

    /** What Kubernetes accepts as the name of a node; also keeps the path inside the state folder. */
    private static final Pattern NODE_NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");

    private final TokenIssuer issuer;
    private final String audience;
    private final Path nodesDirectory;
    private final InstantSource clock;
    private final Map<String, Instant> mintedAt = new HashMap<>();

    /** Creates one that writes below {@code stateDirectory}. */
    public NodeTokens(TokenIssuer issuer, String audience, Path stateDirectory, InstantSource clock) {
        this.issuer = issuer;
        this.audience = audience;
        this.nodesDirectory = stateDirectory.resolve("nodes");
        this.clock = clock;
    }

    /**
     * Writes a token for each of {@code nodes} that has none of this run, or one past half of its life. A file that
     * cannot be written is logged and tried again next time.
     */
    public void refresh(Collection<String> nodes) {
        Instant now = clock.instant();
        mintedAt.keySet().retainAll(nodes);
        for (String node : nodes) {
            Instant minted = mintedAt.get(node);
            if (minted != null && !isDue(minted, now)) {
                continue;
            }
            if (!NODE_NAME.matcher(node).matches()) {
                LOG.warn("node {}: not a name for a node, gets no token", node);
                mintedAt.put(node, now);
            } else if (write(node, now)) {
                mintedAt.put(node, now);
            }
        }
    }

    /** Returns whether a token minted at {@code minted} is to be replaced: past half of its life, or after a clock step. */
    static boolean isDue(Instant minted, Instant now) {
        Duration age = Duration.between(minted, now);
        return age.isNegative() || age.compareTo(TokenIssuer.LIFETIME.dividedBy(2)) >= 0;
    }

    private boolean write(String node, Instant now) {
        TokenIssuer.Holder holder = new TokenIssuer.Holder("istio-system", "ztunnel", "ztunnel-" + node, node);
        Path file = nodesDirectory.resolve(node).resolve("token");
        try {
            PrivateFiles.writeSecret(file, issuer.mint(holder, audience, now));
            return true;
        } catch (IssuerException e) {
            LOG.error("node {}: token not renewed: {}", node, e.getMessage());
            return false;
        }
    }
}
