package mesh.ambit.istiod.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ControllerVersionTest {
    @ParameterizedTest
    @CsvSource({"'', NEWER", "4, OLDER", "5, OURS", "6, NEWER", "new, NEWER", "-7, OLDER", "99999999999, NEWER"})
    void newestVersionWins(String written, ControllerVersion expected) {
        ObjectNode gateway = JsonNodeFactory.instance.objectNode();
        gateway.putObject("metadata").putObject("annotations").put(ControllerVersion.ANNOTATION, written);

        assertThat(ControllerVersion.of(gateway)).isEqualTo(expected);
    }

    @Test
    void whoClaimsAGatewayIsThenTheOneThatDeploys() {
        assertThat(ControllerVersion.of(JsonNodeFactory.instance.objectNode())).isEqualTo(ControllerVersion.OLDER);
        assertThat(ControllerVersion.of(ControllerVersion.claim())).isEqualTo(ControllerVersion.OURS);
    }
}
