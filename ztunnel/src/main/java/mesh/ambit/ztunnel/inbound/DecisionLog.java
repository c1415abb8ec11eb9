package mesh.ambit.ztunnel.inbound;

import java.util.List;
import mesh.ambit.policy.Connection;
import mesh.ambit.policy.Explanation;
import mesh.ambit.policy.Policy;
import mesh.ambit.policy.Verdict;
import mesh.ambit.policy.Verdict.Allowed;
import mesh.ambit.policy.Verdict.Denied;
import mesh.ambit.policy.Verdict.Note;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/** Writes what policies decided, in upstream's words, so that its users find what they look for. */
public final class DecisionLog {
    /** Upstream's scope for them, which is not that of the package. */
    private static final Logger LOG = LoggerFactory.getLogger("ztunnel.state");

    private final Level level;

    /** Creates one that writes at {@code level}: {@code AUTHZ_POLICY_INFO_LOGGING} makes debug info. */
    public DecisionLog(Level level) {
        this.level = level;
    }

    /** Writes what was decided, and what came to light on the way. */
    public void write(Verdict verdict) {
        write(verdict, null);
    }

    /** Writes what was decided, and what came to light on the way; {@code scene} says where. */
    void write(Verdict verdict, @Nullable Scene scene) {
        for (Note note : verdict.notes()) {
            write(note, scene);
        }
        if (!LOG.isEnabledForLevel(level)) {
            return;
        }
        switch (verdict) {
            case Allowed allowed when allowed.policy() == null -> line(scene).log("no allow policies, allow");
            case Allowed allowed ->
                line(scene).addKeyValue("policy", allowed.policy()).log("allow policy match");
            case Denied denied when denied.policy() == null -> line(scene).log("no allow policies matched");
            case Denied denied ->
                line(scene).addKeyValue("policy", denied.policy()).log("deny policy match");
        }
    }

    /** Writes, for who traces it, why each of {@code policies} matches or does not. */
    void explain(List<Policy> policies, Connection connection) {
        if (LOG.isTraceEnabled()) {
            Explanation.of(policies, connection).forEach(explanation -> LOG.trace("{}", explanation));
        }
    }

    private void write(Note note, @Nullable Scene scene) {
        switch (note.kind()) {
            case DRY_RUN_DENY_MATCH ->
                line(scene).addKeyValue("policy", note.policy()).log("dry-run: deny policy match");
            case DRY_RUN_ALLOW_MATCH ->
                line(scene).addKeyValue("policy", note.policy()).log("dry-run: allow policy match");
            case DRY_RUN_NO_ALLOW_MATCH -> line(scene).log("dry-run: no allow policies match");
            case UNKNOWN_POLICY -> LOG.warn("skipping unknown policy {}", note.policy());
        }
    }

    private LoggingEventBuilder line(@Nullable Scene scene) {
        LoggingEventBuilder line = LOG.atLevel(level);
        return scene == null || !LOG.isEnabledForLevel(level) ? line : scene.on(line);
    }
}
