package mesh.ambit.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import mesh.ambit.ca.KeptCertificates;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.tls.Svid;
import org.junit.jupiter.api.Test;

class KeptCertificatesTest {
    private static final SpiffeId WEB = SpiffeId.parse("spiffe://cluster.local/ns/shop/sa/web");

    private final AtomicInteger changes = new AtomicInteger();
    private final KeptCertificates kept = new KeptCertificates(changes::incrementAndGet);
    private final TestAuthority authority = new TestAuthority("kept");

    @Test
    void aCertificateComesBackWithItsKeyAndItsBundle() throws Exception {
        try (Svid svid = authority.svid(WEB)) {
            kept.issued(svid);

            List<Svid> back = KeptCertificates.decode(kept.encode());

            assertThat(back).hasSize(1);
            assertThat(back.getFirst().identity()).isEqualTo(WEB);
            assertThat(back.getFirst().chain()).isEqualTo(svid.chain());
            assertThat(back.getFirst().roots()).isEqualTo(svid.roots());
            assertThat(back.getFirst().key()).isEqualTo(svid.key());
            kept.forgotten(WEB);
            assertThat(KeptCertificates.decode(kept.encode())).isEmpty();
            assertThat(changes).hasValue(2);
        }
    }

    @Test
    void bytesThatEndTooEarlyAreRefused() throws Exception {
        try (Svid svid = authority.svid(WEB)) {
            kept.issued(svid);
            byte[] whole = kept.encode();
            for (int length = 0; length < whole.length; length += 7) {
                byte[] part = Arrays.copyOf(whole, length);
                assertThatThrownBy(() -> KeptCertificates.decode(part)).isInstanceOf(IOException.class);
            }
        }
    }
}
