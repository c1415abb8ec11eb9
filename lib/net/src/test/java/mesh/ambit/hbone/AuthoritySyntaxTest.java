package mesh.ambit.hbone;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthoritySyntaxTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1:8080",
                "10.0.0.1",
                "10.0.0.1:",
                "10.0.0.1:99999",
                "[fd00::1]:80",
                "[2001:db8:1:2:3:4:5:6]:80",
                "[fe80::1%25eth0]:80",
                "web.shop:80",
                "*:80",
                ":80",
                "us%20er:pass@web:80"
            })
    void formIsAllThatCounts(String text) {
        assertThat(AuthoritySyntax.isValid(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " web:80",
                "we b:80",
                "wéb:80",
                "http://web:80",
                "web:80/",
                "web?x",
                "web#x",
                "web:80:80",
                "fd00::1:80",
                "[fd00::1:80",
                "fd00::1]:80",
                "[[::1]]:80",
                "[1:2:3:4:5:6:7:8:9:a]:80",
                "user@",
                "we%20b:80",
                "we\"b:80",
                "we\u0000b:80"
            })
    void anythingElseIsMalformed(String text) {
        assertThat(AuthoritySyntax.isValid(text)).isFalse();
    }
}
