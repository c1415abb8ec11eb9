package mesh.ambit.istiod.issuer;

import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

/** A self-signed root that we hold the key of. */
record Root(PrivateKey key, X509Certificate certificate) {
    /** Returns a new one with a new key. */
    static Root generate(String trustDomain, Duration lifetime, Instant now) {
        KeyPair keys = Pem.newKeyPair();
        return new Root(keys.getPrivate(), Certificates.root(keys, trustDomain, lifetime, now));
    }

    /** Returns this root's key with a new certificate: what the old one signed is good under the new one, and vice versa. */
    Root renewed(String trustDomain, Duration lifetime, Instant now) {
        KeyPair keys = new KeyPair(certificate.getPublicKey(), key);
        return new Root(key, Certificates.root(keys, trustDomain, lifetime, now));
    }

    String keyId() {
        return Certificates.keyId(certificate);
    }

    /** Leaves the key out. */
    @Override
    public String toString() {
        return "Root[" + keyId() + "]";
    }
}
