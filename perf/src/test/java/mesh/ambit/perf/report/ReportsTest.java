package mesh.ambit.perf.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import mesh.ambit.perf.profile.Breakdown;
import mesh.ambit.perf.profile.Cost;
import mesh.ambit.perf.profile.CpuTime;
import mesh.ambit.perf.profile.Place;
import mesh.ambit.perf.profile.Profile;
import mesh.ambit.perf.profile.Stacks;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReportsTest {
    private static final Metric THROUGHPUT = Metric.high("bulk-1-up.throughput", "Bulk, 1 connection up", "Gbit/s");
    private static final Metric LATENCY = Metric.low("rate.p50", "Latency, p50", "us");

    private final Results results = new Results();
    private BenchReport report;

    @BeforeEach
    void measure() {
        for (double value : new double[] {10, 12, 11}) {
            results.add(THROUGHPUT, "ambit", value);
            results.add(THROUGHPUT, "haproxy", value / 2);
        }
        results.add(LATENCY, "ambit", 1234);
        report = new BenchReport(
                Instant.parse("2026-11-21T12:00:00Z"),
                new Machine("A <processor> & co", 2, "24 GiB", "6.18", "bbr", "25"),
                "ambit",
                new TreeMap<>(Map.of("ambit", "ours", "haproxy", "HAProxy 2.6")),
                List.of("Medians of 3 rounds."),
                List.of("nginx is not measured: install nginx"),
                List.of(breakdown()),
                results);
    }

    private static Breakdown breakdown() {
        Stacks stacks = new Stacks(Map.of(
                List.of("io.netty.channel.unix.Socket.sendAddress", "a.Loop.<init>", "a.Thread.run"),
                3_000_000L,
                List.of("mesh.ambit.hbone.TunnelOutput.flush", "a.Thread.run"),
                1_000_000L));
        Map<Place, Double> seconds = Map.of(Place.SEND, 3.0, Place.TUNNEL, 1.0);
        return new Breakdown(
                "bulk-1-up",
                "s/GB",
                List.of(new Cost("ambit", new CpuTime(1.25, 3)), new Cost("haproxy", new CpuTime(2, 3))),
                List.of(
                        new Profile("client", new CpuTime(1, 3), seconds, stacks),
                        new Profile("server", new CpuTime(1, 3), seconds, stacks)));
    }

    @Test
    void tablesSayWhereTheTimeGoes() {
        assertThat(TextReport.render(report))
                .containsPattern("bulk-1-up +ambit +1\\.25 +3\\.00 +4\\.25 +s/GB")
                .containsPattern("where ambit's time goes +bulk-1-up, client +bulk-1-up, server")
                .containsPattern("kernel: sending +75 % +75 %")
                .containsPattern("tunnel and relay +25 % +25 %")
                .doesNotContain("TLS library");
    }

    @Test
    void jsonSaysWhereTheTimeGoes() {
        JsonObject breakdown = JsonParser.parseString(JsonReport.render(report))
                .getAsJsonObject()
                .getAsJsonArray("breakdowns")
                .get(0)
                .getAsJsonObject();

        assertThat(breakdown
                        .getAsJsonObject("costs")
                        .getAsJsonObject("ambit")
                        .get("kernel")
                        .getAsDouble())
                .isEqualTo(3);
        assertThat(breakdown
                        .getAsJsonObject("shares")
                        .getAsJsonObject("server")
                        .get("kernel: sending")
                        .getAsDouble())
                .isEqualTo(0.75);
    }

    @Test
    void pageDrawsTheStacks() {
        assertThat(HtmlReport.render(report))
                .contains("<title>a.Loop.&lt;init&gt;, 75 %</title>", "<title>tunnel and relay, 25 %</title>");
    }

    @Test
    void tableHasMedianSpreadRatioAndGoal() {
        String text = TextReport.render(report);

        assertThat(text).contains("11.0 (10.0..12.0)", "5.50 (5.00..6.00)", "2.00x", "1,234 ", "at least 1.60x");
        assertThat(text).containsPattern("met by 25 %");
        assertThat(text).contains("nginx is not measured");
        assertThat(text.lines()).noneMatch(line -> line.endsWith(" "));
    }

    @Test
    void jsonHasEveryRound() {
        JsonObject root = JsonParser.parseString(JsonReport.render(report)).getAsJsonObject();

        JsonObject metric = root.getAsJsonArray("metrics").get(0).getAsJsonObject();
        assertThat(metric.get("key").getAsString()).isEqualTo("bulk-1-up.throughput");
        JsonObject ours = metric.getAsJsonObject("subjects").getAsJsonObject("ambit");
        assertThat(ours.get("median").getAsDouble()).isEqualTo(11);
        assertThat(ours.getAsJsonArray("rounds")).hasSize(3);
        assertThat(root.getAsJsonArray("goals")
                        .get(0)
                        .getAsJsonObject()
                        .get("met")
                        .getAsBoolean())
                .isTrue();
    }

    @Test
    void pageNeedsNothingButItself() {
        String page = HtmlReport.render(report);

        assertThat(page).startsWith("<!doctype html>").contains("<svg", "prefers-color-scheme: dark");
        assertThat(page).doesNotContainPattern("(src|href)=|url\\(|@import|<script");
    }

    @Test
    void pageShowsNamesOfOthersAsTheyAre() {
        assertThat(HtmlReport.render(report))
                .contains("A &lt;processor&gt; &amp; co")
                .doesNotContain("<processor>");
    }

    @Test
    void pageClosesWhatItOpens() {
        String page = HtmlReport.render(report);

        for (String tag : List.of(
                "div", "table", "tr", "td", "svg", "ul", "li", "dl", "h2", "h3", "p", "details", "summary", "title",
                "pre")) {
            assertThat(count(page, "<" + tag + "[ >]")).as(tag).isEqualTo(count(page, "</" + tag + ">"));
        }
    }

    @Test
    void numbersHaveThreeDigitsThatMeanSomething() {
        assertThat(List.of(0.0, 0.1234, 1.234, 12.34, 123.4, 12345.6))
                .extracting(TextReport::number)
                .containsExactly("0.00", "0.123", "1.23", "12.3", "123", "12,346");
    }

    private static long count(String text, String pattern) {
        return Pattern.compile(pattern).matcher(text).results().count();
    }
}
