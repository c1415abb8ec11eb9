package mesh.ambit.headers;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForwardedTest {
    @Test
    void sourceIsQuotedAndHostFollowsUnquoted() {
        assertThat(new Forwarded("10.0.0.1:1234", null).print()).isEqualTo("for=\"10.0.0.1:1234\"");
        assertThat(new Forwarded("[fd00::1]:1234", "web.shop").print())
                .isEqualTo("for=\"[fd00::1]:1234\";host=web.shop");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {"for=\"1.2.3.4:5\";host=web | web", "host=\"web\"; for=x | web", "for=x; host=web;proto=http | web"
            })
    void hostIsFoundWhereverItStandsQuotedOrNot(String header, String host) {
        assertThat(Forwarded.parseHost(header)).isEqualTo(host);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {"for=x", "Host=web", "host=", "host=\"\"", "host=w\u00e4b", "''"})
    void otherTextNamesNobody(String header) {
        assertThat(Forwarded.parseHost(header)).isNull();
    }
}
