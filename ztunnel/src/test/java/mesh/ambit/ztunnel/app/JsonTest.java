package mesh.ambit.ztunnel.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void valuesOfEveryKindAreIndented() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("text", "a\"b\\c\n\u0001é");
        map.put("number", 1);
        map.put("truth", true);
        map.put("nothing", null);
        map.put("list", List.of(1, List.of()));
        map.put("empty", Map.of());

        assertThat(Json.print(map)).isEqualTo("""
                {
                  "text": "a\\"b\\\\c\\n\\u0001é",
                  "number": 1,
                  "truth": true,
                  "nothing": null,
                  "list": [
                    1,
                    []
                  ],
                  "empty": {}
                }
                """);
    }
}
