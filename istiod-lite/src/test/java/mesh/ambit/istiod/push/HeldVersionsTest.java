package mesh.ambit.istiod.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import mesh.ambit.protocol.discovery.AggregatedDiscoveryServiceGrpc;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import mesh.ambit.protocol.discovery.Node;
import org.junit.jupiter.api.Test;

class HeldVersionsTest {
    private static final int MANY = 5_000;

    private final AtomicLong sizes = new AtomicLong();
    private final ClientRequest.Marshaller marshaller = new ClientRequest.Marshaller(
            AggregatedDiscoveryServiceGrpc.getDeltaAggregatedResourcesMethod().getRequestMarshaller(),
            sizes::addAndGet);

    @Test
    void largeRequestSaysTheSameAsASmallOne() {
        DeltaDiscoveryRequest request = request(MANY).build();

        ClientRequest read = read(request.toByteArray());

        assertThat(read.said())
                .isEqualTo(request.toBuilder().clearInitialResourceVersions().build());
        assertThat(read.held().asMap()).isEqualTo(request.getInitialResourceVersionsMap());
        assertThat(sizes).hasValue(request.getSerializedSize());
        assertThat(read.held().contains("pod/7")).isTrue();
        assertThat(read.held().contains("pod/x")).isFalse();
        assertThat(read.held().isEmpty()).isFalse();
    }

    @Test
    void smallRequestIsReadByTheGeneralReader() {
        DeltaDiscoveryRequest request = request(3).build();

        ClientRequest read = read(request.toByteArray());

        assertThat(read.said()).isEqualTo(request);
        assertThat(read.held().asMap()).hasSize(3);
        assertThat(read(new byte[0]).held().isEmpty()).isTrue();
    }

    @Test
    void lastVersionOfANameCounts() {
        byte[] first = request(MANY).build().toByteArray();
        byte[] second = DeltaDiscoveryRequest.newBuilder()
                .putInitialResourceVersions("pod/7", "later")
                .build()
                .toByteArray();

        Map<String, String> held = new LinkedHashMap<>();
        read(joined(first, second)).held().forEach(held::put);

        assertThat(held).hasSize(MANY).containsEntry("pod/7", "later");
    }

    @Test
    void namesOfOtherLettersAreNames() {
        DeltaDiscoveryRequest request =
                request(MANY).putInitialResourceVersions("pöd", "1").build();

        assertThat(read(request.toByteArray()).held().contains("pöd")).isTrue();
    }

    @Test
    void entryWithoutNameOrVersionIsOneOfEmptyTexts() {
        byte[] nothing = {42, 0};
        byte[] versionFirst = {42, 6, 18, 1, 'v', 10, 1, 'n'};

        Map<String, String> held = read(joined(request(MANY).build().toByteArray(), joined(nothing, versionFirst)))
                .held()
                .asMap();

        assertThat(held).hasSize(MANY + 2).containsEntry("", "").containsEntry("n", "v");
    }

    @Test
    void damagedRequestIsRefused() {
        byte[] whole = request(MANY).build().toByteArray();
        byte[] badText = joined(whole, new byte[] {42, 3, 10, 1, (byte) 0xff});

        assertThatThrownBy(() -> read(Arrays.copyOf(whole, whole.length - 1)))
                .isInstanceOf(StatusRuntimeException.class);
        assertThatThrownBy(() -> read(badText)).isInstanceOf(StatusRuntimeException.class);
    }

    @Test
    void whateverTheBytesAreItIsReadAsTheGeneralReaderDoesOrRefused() {
        byte[] whole = request(MANY).build().toByteArray();
        for (int i = 0; i < 3_000; i++) {
            byte[] changed = whole.clone();
            // Through the fields before the list and some of its entries.
            changed[i % 600] = (byte) (i * 37 + i / 600);
            ClientRequest read;
            try {
                read = read(changed);
            } catch (StatusRuntimeException e) {
                assertThatThrownBy(() -> DeltaDiscoveryRequest.parseFrom(changed))
                        .isNotNull();
                continue;
            }
            DeltaDiscoveryRequest expected = parsed(changed);
            assertThat(read.held().asMap()).isEqualTo(expected.getInitialResourceVersionsMap());
            assertThat(read.said().getTypeUrl()).isEqualTo(expected.getTypeUrl());
        }
    }

    private static DeltaDiscoveryRequest parsed(byte[] bytes) {
        try {
            return DeltaDiscoveryRequest.parseFrom(ByteString.copyFrom(bytes));
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError("read, though it is damaged", e);
        }
    }

    private ClientRequest read(byte[] bytes) {
        return marshaller.parse(new ByteArrayInputStream(bytes));
    }

    private static DeltaDiscoveryRequest.Builder request(int names) {
        DeltaDiscoveryRequest.Builder request = DeltaDiscoveryRequest.newBuilder()
                .setNode(Node.newBuilder().setId("ztunnel~10.0.0.1~ztunnel-b.istio-system~istio-system.svc"))
                .setTypeUrl(AdsClient.ADDRESS)
                .addResourceNamesSubscribe("*");
        for (int i = 0; i < names; i++) {
            request.putInitialResourceVersions("pod/" + i, Integer.toHexString(i * 31));
        }
        return request;
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
