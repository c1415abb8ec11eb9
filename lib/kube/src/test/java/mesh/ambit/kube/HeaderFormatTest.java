package mesh.ambit.kube;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderFormatTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "%%",
                "100%%",
                "a %HOSTNAME% b",
                "%A(b)%",
                "%A(b) %",
                "%A([\"x\"])%",
                "%A( [ \"x\" , \"y\\)\" ] )%",
                "%A(x\\)y)%",
                "%A(%)%",
                "%%%A%%%"
            })
    void wholeCommandsAreSound(String value) {
        assertThat(HeaderFormat.isSound(value)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%",
                "a%b",
                "%A%%",
                "%A(",
                "%A()",
                "%A()%",
                "%A(b)",
                "%A(b)c%",
                "%A([])%",
                "%A([\"x\"",
                "%A([\"x\" \"y\"])%",
                "%A([\"x\"]b)%",
                "%A([x])%",
                "%A(x\\"
            })
    void othersAreNot(String value) {
        assertThat(HeaderFormat.isSound(value)).isFalse();
    }
}
