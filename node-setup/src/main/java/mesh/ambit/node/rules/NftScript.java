package mesh.ambit.node.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A transaction for {@code nft}: all of it is applied, or none. */
final class NftScript {
    private final List<String> commands = new ArrayList<>();

    /** Adds the table, and empties it of rules if it was there. Chains that are there stay. */
    void refill(String table) {
        commands.add("add table inet " + table);
        commands.add("flush table inet " + table);
    }

    /** Removes the table, there or not. */
    void remove(String table) {
        // Deleting what is not there would fail the whole transaction.
        commands.add("add table inet " + table);
        commands.add("delete table inet " + table);
    }

    void add(NftChain chain) {
        commands.add("add chain inet " + chain.table() + " " + chain.name() + chain.hookClause());
    }

    void add(NftRule rule) {
        commands.add("add rule inet " + rule.table() + " " + rule.chain() + " " + rule.statement() + " comment \""
                + rule.name() + "\"");
    }

    /** Returns the script as {@code nft -f -} reads it. */
    String text() {
        return String.join("\n", commands) + "\n";
    }

    /**
     * A chain.
     *
     * @param hook where the kernel calls it; {@link Hook#NONE} for a chain that others jump to
     */
    record NftChain(String table, String name, ChainType type, Hook hook, int priority) {
        /** Returns a chain that only others jump to. */
        static NftChain plain(String table, String name) {
            return new NftChain(table, name, ChainType.FILTER, Hook.NONE, 0);
        }

        private String hookClause() {
            return hook == Hook.NONE
                    ? ""
                    : " { type " + word(type) + " hook " + word(hook) + " priority " + priority + "; policy accept; }";
        }
    }

    /** What a base chain may do. */
    enum ChainType {
        FILTER,
        NAT,
        ROUTE
    }

    /** Where the kernel calls a base chain. */
    enum Hook {
        NONE,
        PREROUTING,
        INPUT,
        OUTPUT
    }

    /**
     * A rule.
     *
     * @param name unique within its table; written as the comment by which the rule is found again
     * @param statement what it matches and does
     */
    record NftRule(String table, String chain, String name, String statement) {}

    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
