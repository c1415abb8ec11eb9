package mesh.ambit.ztunnel.inbound;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.NullMarked;

/** The authority of a CONNECT is the peer's to write. */
@NullMarked
class AuthorityFuzzTest {
    /** Whatever it says is nothing, or one thing that means the same when it is written down and read again. */
    @FuzzTest(maxDuration = "30s")
    void anyTextIsAnAuthorityOrNone(byte[] input) {
        Authority authority = Authority.parse(new String(input, StandardCharsets.ISO_8859_1));
        if (authority != null && !authority.equals(Authority.parse(authority.toString()))) {
            throw new AssertionError(authority + " means something else when read again");
        }
    }
}
