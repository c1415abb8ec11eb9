package mesh.ambit.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HttpCallTest {
    @Test
    void aWholeAnswerIsStatusAndBody() {
        assertThat(HttpCall.parse("HTTP/1.1 200 OK\r\nContent-length: 2\r\n\r\nok"))
                .isEqualTo(new HttpCall.Answer(200, "ok"));
        assertThat(HttpCall.parse("HTTP/1.1 502 Bad Gateway\r\nX: y\r\n\r\nno"))
                .isEqualTo(new HttpCall.Answer(502, "no"));
    }

    @Test
    void anAnswerThatIsCutOffIsNone() {
        assertThat(HttpCall.parse("")).isEqualTo(new HttpCall.Answer(0, "closed without an answer"));
        assertThat(HttpCall.parse("HTTP/1.1 200 OK\r\nCont"))
                .isEqualTo(new HttpCall.Answer(0, "cut off in the headers"));
        assertThat(HttpCall.parse("HTTP/1.1 200 OK\r\nContent-length: 60\r\n\r\n....."))
                .isEqualTo(new HttpCall.Answer(0, "cut off after 5 of 60 bytes"));
    }

    @Test
    void whatIsNotHttpIsNoAnswer() {
        for (String text : new String[] {"SSH-2.0-x\r\n\r\n", "HTTP/1.1 OK fine\r\n\r\n", "HTTP/1.1\r\n\r\n"}) {
            assertThat(HttpCall.parse(text)).as(text).isEqualTo(new HttpCall.Answer(0, "no answer in HTTP/1"));
        }
        assertThat(HttpCall.parse("HTTP/1.1 200 OK\r\nContent-length: 99999999999\r\n\r\nok"))
                .as("a length that nobody means")
                .isEqualTo(new HttpCall.Answer(200, "ok"));
    }
}
