package mesh.ambit.ca;

import mesh.ambit.tls.Svid;

/** How things stand with the certificate of one identity. */
public sealed interface CertificateState {
    /** The first attempt has not ended. */
    record Initializing() implements CertificateState {}

    /** There is a certificate; it may have expired while the attempt to replace it hangs. */
    record Available(Svid svid) implements CertificateState {}

    /** There is none, for this reason, until a later attempt succeeds. */
    record Unavailable(String reason) implements CertificateState {}
}
