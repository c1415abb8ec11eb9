package mesh.ambit.istiod.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;

class GatewayClassesTest {
    @Test
    void whatIsSwitchedOffIsNeitherMadeNorLookedAfter() {
        assertThat(names(new GatewayClasses(true, true)))
                .containsExactly("istio", "istio-waypoint", "istio-remote", "istio-east-west");
        assertThat(names(new GatewayClasses(true, false))).containsExactly("istio", "istio-waypoint", "istio-remote");
        assertThat(names(new GatewayClasses(false, false))).containsExactly("istio", "istio-remote");
    }

    @Test
    void aClassIsOursByItsControllerWhateverItsName() {
        ObjectNode own = of(GatewayClasses.MESH_CONTROLLER);
        assertThat(new GatewayClasses(true, false).isOurs(own)).isTrue();
        assertThat(new GatewayClasses(false, true).isOurs(own)).isFalse();
        assertThat(new GatewayClasses(false, true).isOurs(of(GatewayClasses.EAST_WEST_CONTROLLER)))
                .isTrue();
        assertThat(new GatewayClasses(true, false).isOurs(of(GatewayClasses.EAST_WEST_CONTROLLER)))
                .isFalse();
        assertThat(new GatewayClasses(false, false).isOurs(of(GatewayClasses.UNMANAGED_CONTROLLER)))
                .isTrue();
        assertThat(new GatewayClasses(true, true).isOurs(of("example.com/other")))
                .isFalse();
    }

    private static List<String> names(GatewayClasses classes) {
        return classes.all().stream().map(GatewayClasses.Known::name).toList();
    }

    private static ObjectNode of(String controller) {
        return new GatewayClasses.Known("any", controller, "").object();
    }
}
