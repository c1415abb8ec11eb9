package mesh.ambit.node.rules;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mesh.ambit.node.rules.NftScript.Hook;
import mesh.ambit.node.rules.NftScript.NftChain;
import mesh.ambit.node.rules.NftScript.NftRule;
import org.jspecify.annotations.Nullable;

/** What {@code nft -j list ruleset} says is in force, as far as it is needed to tell whether our rules are. */
final class ActiveRules {
    private static final String UNNAMED = "";

    private final Set<NftChain> baseChains = new HashSet<>();
    /** Comments of the rules in each chain, in order. */
    private final Map<String, List<String>> rules = new HashMap<>();

    private final Set<String> tables = new HashSet<>();

    private ActiveRules() {}

    /** Reads the output of {@code nft -j list ruleset}. */
    static ActiveRules parse(String json) {
        ActiveRules active = new ActiveRules();
        for (JsonElement element :
                JsonParser.parseString(json).getAsJsonObject().getAsJsonArray("nftables")) {
            JsonObject object = element.getAsJsonObject();
            if (object.has("table")) {
                active.table(object.getAsJsonObject("table"));
            } else if (object.has("chain")) {
                active.chain(object.getAsJsonObject("chain"));
            } else if (object.has("rule")) {
                active.rule(object.getAsJsonObject("rule"));
            }
        }
        return active;
    }

    /** Returns whether there is a table of this name in the family inet. */
    boolean hasTable(String name) {
        return tables.contains(name);
    }

    /**
     * Returns what keeps the rules for {@code options} from being in force, one phrase each; nothing if they are.
     *
     * <p>Chains must hang where they should, and each must hold our rules and no others, in our order: a foreign
     * accept at the head of a chain would open it.
     */
    List<String> missing(CaptureOptions options) {
        List<String> missing = new ArrayList<>();
        Map<String, List<String>> wanted = new HashMap<>();
        for (NftChain chain : CaptureRules.chains(options)) {
            wanted.put(key(chain.table(), chain.name()), new ArrayList<>());
            if (chain.hook() != Hook.NONE && !baseChains.contains(chain)) {
                missing.add("chain " + chain.name() + " of table " + chain.table());
            }
        }
        for (NftRule rule : CaptureRules.rules(options)) {
            List<String> names = wanted.get(key(rule.table(), rule.chain()));
            if (names != null) {
                names.add(rule.name());
            }
        }
        if (!options.dns() && tables.contains(CaptureRules.RAW)) {
            missing.add("removal of table " + CaptureRules.RAW);
        }
        wanted.forEach((chain, names) -> {
            List<String> found = rules.getOrDefault(chain, List.of());
            if (!found.equals(names)) {
                List<String> absent = new ArrayList<>(names);
                absent.removeAll(found);
                missing.add(
                        absent.isEmpty()
                                ? "order of rules in " + chain + " (found " + found + ")"
                                : "rules " + String.join(", ", absent) + " of " + chain);
            }
        });
        return missing;
    }

    private void table(JsonObject table) {
        if (isInet(table)) {
            tables.add(text(table, "name"));
        }
    }

    private void chain(JsonObject chain) {
        JsonElement priority = chain.get("prio");
        if (!isInet(chain) || priority == null) {
            return;
        }
        for (NftScript.ChainType type : NftScript.ChainType.values()) {
            for (Hook hook : Hook.values()) {
                if (NftScript.word(type).equals(text(chain, "type"))
                        && NftScript.word(hook).equals(text(chain, "hook"))) {
                    baseChains.add(
                            new NftChain(text(chain, "table"), text(chain, "name"), type, hook, priority.getAsInt()));
                }
            }
        }
    }

    private void rule(JsonObject rule) {
        if (isInet(rule)) {
            rules.computeIfAbsent(key(text(rule, "table"), text(rule, "chain")), chain -> new ArrayList<>())
                    .add(text(rule, "comment"));
        }
    }

    private static boolean isInet(JsonObject object) {
        return text(object, "family").equals("inet");
    }

    private static String key(String table, String chain) {
        return table + "/" + chain;
    }

    private static String text(JsonObject object, String name) {
        @Nullable JsonElement value = object.get(name);
        return value instanceof JsonPrimitive primitive ? primitive.getAsString() : UNNAMED;
    }
}
