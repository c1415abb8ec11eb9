package mesh.ambit.istiod.issuer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Set;
import mesh.ambit.istiod.issuer.Authentication.Refused;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;

/** What callers send is refused with a reason, whatever it is, and never ends in another kind of failure. */
class HostileInputPropertyTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    private static byte[] request = new byte[0];
    private static @Nullable PublicKey publicKey;
    private static String token = "";
    private static Authenticator authenticator = _ -> new Refused("not set up");
    private static Path directory = Path.of("");

    @BeforeContainer
    static void makeGoodInput() throws Exception {
        KeyPair keys = Pem.newKeyPair();
        publicKey = keys.getPublic();
        String pem = Requests.pem(keys, "spiffe://cluster.local/ns/shop/sa/web");
        request = Base64.getMimeDecoder().decode(pem.replaceAll("-----.*-----", ""));
        directory = Files.createTempDirectory("ambit-issuer");
        TokenIssuer issuer = TokenIssuer.loadOrCreate(directory);
        token = issuer.mint(new TokenIssuer.Holder("istio-system", "ztunnel", "z", "node-a"), "istio-ca", NOW);
        authenticator = new NodeTokenAuthenticator(issuer, Set.of("istio-ca"), () -> "cluster.local", () -> NOW);
    }

    @AfterContainer
    static void removeKey() throws Exception {
        Files.delete(directory.resolve(TokenIssuer.KEY_FILE));
        Files.delete(directory);
    }

    /** Damage to the envelope alone may go unnoticed; the key is under the signature and never becomes another. */
    @Property(tries = 500, seed = "1")
    void damagedSigningRequestIsRefusedOrHarmless(@ForAll int place, @ForAll @IntRange(min = 1, max = 255) int damage) {
        byte[] bytes = request.clone();
        bytes[Math.floorMod(place, bytes.length)] ^= (byte) damage;

        try {
            assertThat(SigningRequest.parse(pem(bytes)).publicKey()).isEqualTo(publicKey);
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageMatching("(?s)(not a|signature of|key of kind).*");
        }
    }

    @Property(tries = 200, seed = "1")
    void truncatedSigningRequestIsRefused(@ForAll int length) {
        byte[] bytes = Arrays.copyOf(request, Math.floorMod(length, request.length));

        assertThat(catchThrowable(() -> SigningRequest.parse(pem(bytes)))).isInstanceOf(IllegalArgumentException.class);
    }

    @Property(tries = 200, seed = "1")
    void anyTextIsNoSigningRequest(@ForAll String text) {
        assertThat(catchThrowable(() -> SigningRequest.parse(text))).isInstanceOf(IllegalArgumentException.class);
    }

    @Property(tries = 300, seed = "1")
    void damagedTokenIsRefused(@ForAll int place, @ForAll char replacement) {
        // The last character of a part carries bits that do not count, so it is left alone.
        int at = Math.floorMod(place, token.length() - 1);
        if (token.charAt(at) == replacement || token.charAt(at + 1) == '.') {
            return;
        }
        String damaged = token.substring(0, at) + replacement + token.substring(at + 1);

        assertThat(authenticator.authenticate(damaged)).isInstanceOf(Refused.class);
    }

    @Property(tries = 200, seed = "1")
    void anyTextIsNoToken(@ForAll String text) {
        assertThat(authenticator.authenticate(text)).isInstanceOf(Refused.class);
    }

    private static String pem(byte[] der) {
        return "-----BEGIN CERTIFICATE REQUEST-----\n"
                + Base64.getMimeEncoder().encodeToString(der)
                + "\n-----END CERTIFICATE REQUEST-----\n";
    }
}
