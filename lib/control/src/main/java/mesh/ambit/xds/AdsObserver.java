package mesh.ambit.xds;

/** What happens between client and control plane, for metrics. Called on the client's thread. */
public interface AdsObserver {
    /** Watches nothing. */
    AdsObserver NONE = new AdsObserver() {};

    /** A response of type {@code typeUrl}, known or not, whose resources have {@code payloadBytes} together. */
    default void message(String typeUrl, long payloadBytes) {}

    /** A connection or an attempt ended. {@code reason}: ConnectionError, Error, Reconnect or Complete. */
    default void terminated(String reason) {}
}
