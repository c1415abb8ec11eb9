package mesh.ambit.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether a connection may be, and which policy says so. */
public sealed interface Verdict {
    /** Returns what else came to light on the way and belongs into a log, not into the decision. */
    List<Note> notes();

    /**
     * The connection may be.
     *
     * @param policy the policy that lets it; null where none restricts the workload
     */
    record Allowed(@Nullable String policy, List<Note> notes) implements Verdict {
        /** No policy restricts the workload, and there is nothing to note. */
        static final Allowed UNRESTRICTED = new Allowed(null, List.of());

        public Allowed {
            notes = List.copyOf(notes);
        }
    }

    /**
     * The connection may not be.
     *
     * @param policy the policy that forbids it; null where policies allow others and none allows this one
     */
    record Denied(@Nullable String policy, List<Note> notes) implements Verdict {
        public Denied {
            notes = List.copyOf(notes);
        }

        /** Returns why, in upstream's words. */
        public String reason() {
            return policy == null ? "allow policies exist, but none allowed" : "explicitly denied by: " + policy;
        }
    }

    /** Something to log about a policy that did not decide. */
    record Note(Kind kind, @Nullable String policy) {
        /** What happened. */
        public enum Kind {
            /** A policy on trial would have forbidden the connection. */
            DRY_RUN_DENY_MATCH,
            /** A policy on trial would have let the connection. */
            DRY_RUN_ALLOW_MATCH,
            /** With the policies on trial enforced, nothing would let the connection. */
            DRY_RUN_NO_ALLOW_MATCH,
            /** The workload lists a policy that has not arrived. */
            UNKNOWN_POLICY
        }
    }
}
