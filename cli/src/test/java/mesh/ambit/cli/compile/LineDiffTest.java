package mesh.ambit.cli.compile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class LineDiffTest {
    private static final Pattern HEADER = Pattern.compile("@@ -(\\d+)(?:,(\\d+))? \\+(\\d+)(?:,(\\d+))? @@");

    @Test
    void aChangeHasThreeLinesAroundIt() {
        assertThat(LineDiff.hunks(lines("a b c d e f g h"), lines("a b c d x f g h")))
                .containsExactly("@@ -2,7 +2,7 @@", " b", " c", " d", "-e", "+x", " f", " g", " h");
    }

    @Test
    void changesFarApartHaveHunksOfTheirOwn() {
        assertThat(LineDiff.hunks(lines("a 1 2 3 4 5 6 7 b"), lines("x 1 2 3 4 5 6 7 y")))
                .filteredOn(line -> line.startsWith("@@"))
                .containsExactly("@@ -1,4 +1,4 @@", "@@ -6,4 +6,4 @@");
        assertThat(LineDiff.hunks(lines("a 1 2 3 4 5 6 b"), lines("x 1 2 3 4 5 6 y")))
                .filteredOn(line -> line.startsWith("@@"))
                .containsExactly("@@ -1,8 +1,8 @@");
    }

    @Test
    void whatAppearsOrVanishesWholeStartsFromNothing() {
        assertThat(LineDiff.hunks(List.of(), lines("a b"))).containsExactly("@@ -0,0 +1,2 @@", "+a", "+b");
        assertThat(LineDiff.hunks(lines("a"), List.of())).containsExactly("@@ -1 +0,0 @@", "-a");
        assertThat(LineDiff.hunks(lines("a"), lines("a"))).isEmpty();
    }

    @Test
    void applyingTheHunksGivesTheOtherText() {
        Random random = new Random(7);
        for (int i = 0; i < 500; i++) {
            List<String> before = text(random);
            List<String> after = text(random);

            assertThat(apply(LineDiff.hunks(before, after), before)).isEqualTo(after);
        }
    }

    @Test
    void veryLongTextsAreReplacedInsteadOfCompared() {
        List<String> before = new ArrayList<>();
        List<String> after = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            before.add("old " + i);
            after.add("new " + i);
        }

        assertThat(apply(LineDiff.hunks(before, after), before)).isEqualTo(after);
    }

    /** Applies hunks as patch(1) would, and checks what it does not change. */
    private static List<String> apply(List<String> hunks, List<String> before) {
        List<String> result = new ArrayList<>();
        int read = 0;
        for (String line : hunks) {
            Matcher header = HEADER.matcher(line);
            if (header.matches()) {
                int start = Integer.parseInt(header.group(1)) - ("0".equals(header.group(2)) ? 0 : 1);
                result.addAll(before.subList(read, start));
                read = start;
                int newStart = Integer.parseInt(header.group(3)) - ("0".equals(header.group(4)) ? 0 : 1);
                assertThat(newStart).isEqualTo(result.size());
                continue;
            }
            String text = line.substring(1);
            if (line.charAt(0) != '+') {
                assertThat(before.get(read++)).isEqualTo(text);
            }
            if (line.charAt(0) != '-') {
                result.add(text);
            }
        }
        result.addAll(before.subList(read, before.size()));
        return result;
    }

    private static List<String> text(Random random) {
        List<String> text = new ArrayList<>();
        int length = random.nextInt(30);
        for (int i = 0; i < length; i++) {
            text.add(String.valueOf((char) ('a' + random.nextInt(4))));
        }
        return text;
    }

    private static List<String> lines(String words) {
        return List.of(words.split(" ", -1));
    }
}
