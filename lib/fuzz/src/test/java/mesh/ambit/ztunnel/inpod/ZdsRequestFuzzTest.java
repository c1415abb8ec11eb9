package mesh.ambit.ztunnel.inpod;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import mesh.ambit.protocol.zds.WorkloadRequest;
import org.jspecify.annotations.NullMarked;

/** Arbitrary packets in the place of a node agent's. */
@NullMarked
class ZdsRequestFuzzTest {
    /** The first byte says how many descriptors come along and whether the kernel cut the packet off. */
    @FuzzTest(maxDuration = "30s")
    void anyPacketIsARequestOrRefused(byte[] input) {
        if (input.length == 0) {
            return;
        }
        int descriptors = input[0] & 3;
        boolean truncated = (input[0] & 4) != 0;
        WorkloadRequest request;
        try {
            request = ZdsRequest.message(Arrays.copyOfRange(input, 1, input.length), descriptors, truncated);
        } catch (ZdsRequest.UnreadableException expected) {
            return;
        }
        if (truncated || descriptors != (request.hasAdd() ? 1 : 0)) {
            throw new AssertionError("taken with " + descriptors + " descriptors, truncated " + truncated);
        }
        if (!request.hasAdd()) {
            ZdsRequest.withoutDescriptor(request);
        }
    }
}
