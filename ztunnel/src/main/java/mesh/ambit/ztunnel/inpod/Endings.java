package mesh.ambit.ztunnel.inpod;

import mesh.ambit.hbone.TunnelFailure;
import mesh.ambit.relay.CutReason;
import mesh.ambit.relay.RelayEnd;
import mesh.ambit.telemetry.OpenConnection;
import mesh.ambit.telemetry.ResponseFlag;

/** How the ends of connections are called in metrics and in the access log: one exhaustive place for each. */
public final class Endings {
    /** What is said of a connection that a drain, or the pod's end, cut. */
    private static final String DRAINED = "connection closed due to connection drain";

    private static final String REVOKED = new TunnelFailure.PeerRevoked().text();

    private Endings() {}

    /** Reports the end of a relay. */
    public static void report(OpenConnection connection, RelayEnd end) {
        switch (end) {
            case RelayEnd.Completed() -> connection.close(ResponseFlag.NONE, null);
            case RelayEnd.Failed(String text) -> connection.close(ResponseFlag.CONNECT, text);
            case RelayEnd.Cut(CutReason reason) -> report(connection, reason);
        }
    }

    /** Reports that we cut a connection. */
    public static void report(OpenConnection connection, CutReason reason) {
        switch (reason) {
            case POLICY -> connection.close(ResponseFlag.DENY, "connection closed due to policy change");
            case DRAIN, WORKLOAD_GONE -> connection.close(ResponseFlag.NONE, DRAINED);
            case REVOKED -> connection.close(ResponseFlag.CERT_REVOKED, REVOKED);
        }
    }

    /** Reports that there is no tunnel. */
    public static void report(OpenConnection connection, TunnelFailure failure) {
        connection.close(flag(failure), text(failure));
    }

    private static ResponseFlag flag(TunnelFailure failure) {
        return switch (failure) {
            case TunnelFailure.NoCertificate _ -> ResponseFlag.IDENTITY_ERROR;
            case TunnelFailure.ConnectTimedOut _ -> ResponseFlag.NETWORK_POLICY;
            case TunnelFailure.Http2Failed _ -> ResponseFlag.H2_HANDSHAKE_FAILURE;
            case TunnelFailure.Closed _ -> ResponseFlag.NONE;
            case TunnelFailure.PeerRevoked _ -> ResponseFlag.CERT_REVOKED;
            case TunnelFailure.ConnectFailed _,
                    TunnelFailure.PeerRefused _,
                    TunnelFailure.HandshakeFailed _,
                    TunnelFailure.Refused _ -> ResponseFlag.CONNECT;
        };
    }

    private static String text(TunnelFailure failure) {
        return switch (failure) {
            case TunnelFailure.NoCertificate(String text) -> "identity error: " + text;
            case TunnelFailure.Closed _ -> DRAINED;
            case TunnelFailure.ConnectTimedOut _,
                    TunnelFailure.Http2Failed _,
                    TunnelFailure.ConnectFailed _,
                    TunnelFailure.PeerRefused _,
                    TunnelFailure.HandshakeFailed _,
                    TunnelFailure.PeerRevoked _,
                    TunnelFailure.Refused _ -> failure.text();
        };
    }
}
