package mesh.ambit.node.rules;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import mesh.ambit.linux.Command;
import mesh.ambit.linux.NetNs;

/**
 * The routing beside the rules: packets that carry the return mark are local, wherever they are addressed to. Each
 * family on its own, so that what is there of one does not hide what is missing of the other.
 */
final class PolicyRoutes {
    static final int TABLE = 100;
    static final int PREFERENCE = 32764;

    private static final String RETURN_MARK = CaptureRules.hex(CaptureRules.RETURN_MARK);

    private PolicyRoutes() {}

    /** Adds what is missing. */
    static void apply(NetNs namespace, boolean ipv6) {
        // A namespace that is nobody's pod yet may have its loopback down; captured connections go through it.
        Command.of("ip", "link", "set", "lo", "up").in(namespace).require();
        for (String family : families(namespace, ipv6)) {
            Command.of("ip", family, "route", "replace", "local", "default", "dev", "lo", "table", "" + TABLE)
                    .in(namespace)
                    .require();
            if (!hasRule(namespace, family)) {
                Command.of(rule(family, "add")).in(namespace).require();
            }
        }
    }

    /** Returns what is missing, one phrase each. */
    static List<String> missing(NetNs namespace, boolean ipv6) {
        List<String> missing = new ArrayList<>();
        for (String family : families(namespace, ipv6)) {
            if (!hasRule(namespace, family)) {
                missing.add("ip " + family + " rule " + PREFERENCE);
            }
            if (!hasRoute(namespace, family)) {
                missing.add("ip " + family + " route table " + TABLE);
            }
        }
        return missing;
    }

    /** Removes what is there. */
    static void remove(NetNs namespace) {
        for (String family : families(namespace, true)) {
            if (hasRule(namespace, family)) {
                Command.of(rule(family, "del")).in(namespace).require();
            }
            if (hasRoute(namespace, family)) {
                Command.of("ip", family, "route", "flush", "table", "" + TABLE)
                        .in(namespace)
                        .require();
            }
        }
    }

    private static String[] rule(String family, String verb) {
        return new String[] {
            "ip",
            family,
            "rule",
            verb,
            "pref",
            "" + PREFERENCE,
            "fwmark",
            RETURN_MARK + "/" + CaptureRules.hex(CaptureRules.MARK_MASK),
            "lookup",
            "" + TABLE
        };
    }

    private static boolean hasRule(NetNs namespace, String family) {
        String json =
                Command.of("ip", "-j", family, "rule", "show").in(namespace).require();
        return array(json).stream()
                .anyMatch(rule -> number(rule, "priority") == PREFERENCE && has(rule, "fwmark", RETURN_MARK));
    }

    private static boolean hasRoute(NetNs namespace, String family) {
        // A table that has never been used makes the command fail, which says the same as an empty one.
        Command.Result result = Command.of("ip", "-j", family, "route", "show", "table", "" + TABLE)
                .in(namespace)
                .run();
        return result.exitCode() == 0
                && array(result.output()).stream()
                        .anyMatch(route -> has(route, "type", "local") && has(route, "dst", "default"));
    }

    private static List<JsonObject> array(String json) {
        return json.isBlank()
                ? List.of()
                : JsonParser.parseString(json).getAsJsonArray().asList().stream()
                        .map(JsonElement::getAsJsonObject)
                        .toList();
    }

    private static boolean has(JsonObject object, String name, String value) {
        return object.has(name) && object.get(name).getAsString().equals(value);
    }

    private static long number(JsonObject object, String name) {
        return object.has(name) ? object.get(name).getAsLong() : -1;
    }

    private static List<String> families(NetNs namespace, boolean ipv6) {
        return ipv6 && hasIpv6Loopback(namespace) ? List.of("-4", "-6") : List.of("-4");
    }

    /** Where the loopback has no IPv6 there is no route to make and no connection that would take it. */
    private static boolean hasIpv6Loopback(NetNs namespace) {
        return namespace.call(() -> {
            try {
                return Files.readString(Path.of("/proc/sys/net/ipv6/conf/lo/disable_ipv6"))
                        .strip()
                        .equals("0");
            } catch (IOException e) {
                return false;
            }
        });
    }
}
