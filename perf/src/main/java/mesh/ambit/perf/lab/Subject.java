package mesh.ambit.perf.lab;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import mesh.ambit.perf.lab.LabNet.Place;

/**
 * One of the alternatives that are compared: a way from a client to a server on another node. Its programs have
 * namespaces of their own and stand idle while another one's turn is.
 */
public interface Subject {
    /** Returns the name in tables, a single word. */
    String name();

    /** Returns what it is, with its version, for a person. */
    String description();

    /** Returns where connections begin. */
    Place client();

    /** Returns where the server listens. */
    Place server();

    /** Returns what the client dials to reach {@code port} of the server. */
    InetSocketAddress target(int port);

    /** Returns the programs on the way: those of the client's node, then those of the server's. */
    List<LabProcess> programs();

    /** Returns whether it is a ztunnel, which can be told of a mesh. */
    default boolean isZtunnel() {
        return false;
    }

    /** Returns the addresses by which its ztunnels name themselves to the control plane; none if it has none. */
    default Set<String> instances() {
        return Set.of();
    }

    /** Ends the program of the client's node only. */
    default void stopClientSide() {}

    /** Starts the program of the client's node only. */
    default void startClientSide() {}

    /** Starts its programs; they may not be ready when this returns. */
    void start();

    /** Ends its programs. */
    void stop();
}
