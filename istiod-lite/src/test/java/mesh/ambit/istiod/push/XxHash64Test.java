package mesh.ambit.istiod.push;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class XxHash64Test {
    @ParameterizedTest
    @CsvSource({
        "'', ef46db3751d8e999",
        "a, d24ec4f1a98c6e5b",
        "abc, 44bc2cf5ad770999",
        "abcdefghijklmnopqrstuvwxyz0123456789, 64f23ecf1609b766",
        "Nobody inspects the spammish repetition, fbcea83c8a378bf1"
    })
    void textHasItsPublishedHash(String text, String version) {
        assertThat(XxHash64.version(XxHash64.hash(text.getBytes(StandardCharsets.US_ASCII))))
                .isEqualTo(version);
    }

    /** Bytes and versions as upstream's controller sent them. */
    @Test
    void recordedResourcesHaveTheirRecordedVersions() throws IOException {
        try (InputStream stream =
                        Objects.requireNonNull(XxHash64Test.class.getResourceAsStream("/golden/versions.json"));
                Reader reader = new InputStreamReader(stream, StandardCharsets.UTF_8)) {
            JsonObject addresses =
                    JsonParser.parseReader(reader).getAsJsonObject().getAsJsonObject("addresses");

            assertThat(addresses.size()).isPositive();
            addresses.asMap().forEach((name, resource) -> {
                JsonObject sent = resource.getAsJsonObject();
                byte[] bytes = Base64.getDecoder().decode(sent.get("value").getAsString());
                assertThat(XxHash64.version(XxHash64.hash(bytes)))
                        .as(name)
                        .isEqualTo(sent.get("version").getAsString());
            });
        }
    }
}
