package mesh.ambit.tls;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.security.cert.CRLException;
import org.jspecify.annotations.NullMarked;

/** Arbitrary bytes in the place of a file of revocation lists are lists or an error. */
@NullMarked
class RevocationListsFuzzTest {
    @FuzzTest(maxDuration = "30s")
    @SuppressWarnings("EmptyCatch") // An error is one of the two answers.
    void anyBytesAreListsOrAnError(byte[] input) {
        try {
            RevocationLists.parse(input);
        } catch (CRLException e) {
        }
    }
}
