package mesh.ambit.kube;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mesh.ambit.kube.YamlValue.Mapping;
import mesh.ambit.kube.YamlValue.Scalar;
import mesh.ambit.kube.YamlValue.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class YamlWriterTest {
    @Test
    void collectionsAreInBlockStyle() {
        Map<String, Object> inner = new LinkedHashMap<>();
        inner.put("ip", "10.0.0.1");
        inner.put("ready", true);
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("list", List.of(inner, "x"));
        document.put("port", 80);
        document.put("none", Map.of());
        document.put("empty", List.of());

        assertThat(YamlWriter.write(document)).isEqualTo("""
                list:
                  - ip: "10.0.0.1"
                    ready: true
                  - x
                port: 80
                none: {}
                empty: []
                """);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "true",
                "No",
                "null",
                "~",
                "1",
                "1.5",
                "0x1",
                "1:30",
                "a: b",
                "a #b",
                "- a",
                "*a",
                "&a",
                "!a",
                "%a",
                "@a",
                "'",
                "\"",
                "\\",
                "a\nb",
                "\t",
                "{",
                "[",
                "é",
                "\u0007",
                "\ud83d\ude00",
                "2026-11-21",
                "a:",
                "=",
                "<<",
                "10.0.0.1",
                "fd00::1",
                "e1",
                ".inf",
                "shop/web"
            })
    void everyTextReadsBackTheSame(String text) throws YamlProblem {
        Mapping read = (Mapping) YamlReader.read(YamlWriter.write(Map.of("key", text, "list", List.of(text))))
                .getFirst();

        assertThat(read.entries().get("key")).isInstanceOfSatisfying(Scalar.class, scalar -> {
            assertThat(scalar.text()).isEqualTo(text);
            assertThat(scalar.type()).isEqualTo(ScalarType.TEXT);
        });
        Mapping asKey = (Mapping)
                YamlReader.read(YamlWriter.write(Map.of("x" + text, "v"))).getFirst();
        assertThat(asKey.entries()).containsOnlyKeys("x" + text);
    }
}
