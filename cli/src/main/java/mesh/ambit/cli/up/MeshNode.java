package mesh.ambit.cli.up;

import java.util.regex.Pattern;

/**
 * A node of the mesh.
 *
 * @param index counts from 1; decides the addresses of the node's pods
 */
record MeshNode(String name, int index) {
    /** Where pods without nodeName are. */
    static final String LOCAL = "local";

    /** The plan gives each node one of the 254 blocks 10.77.k.0/24 beside that of the programs. */
    static final int MOST = 254;

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?");

    MeshNode {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "node name \"" + name + "\" is no DNS name (expected: lower case letters, digits, dots, dashes)");
        }
        if (index < 1 || index > MOST) {
            throw new IllegalArgumentException(
                    "node " + name + " has index " + index + " (expected: 1 to " + MOST + ")");
        }
    }

    String podCidr() {
        return "10.77." + index + ".0/24";
    }

    String podCidr6() {
        return "fd77:0:0:" + Integer.toHexString(index) + "::/64";
    }
}
