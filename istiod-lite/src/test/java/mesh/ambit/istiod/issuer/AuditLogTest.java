package mesh.ambit.istiod.issuer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.istiod.issuer.AuditLog.Asker;
import mesh.ambit.istiod.issuer.Issuer.Issued;
import mesh.ambit.istiod.issuer.LeafLedger.Held;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditLogTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final long LARGE = 1_000_000;
    private static final SpiffeId WEB = new SpiffeId("cluster.local", "shop", "web");
    private static final Asker ZTUNNEL = new Asker(
            new CallerIdentity(
                    new SpiffeId("cluster.local", "istio-system", "ztunnel"), new BoundPod("z", "uid-1", "a")),
            "/10.0.0.1:4711",
            true);

    @TempDir
    Path folder;

    private final MemoryStore store = new MemoryStore();
    private final LeafLedger ledger = new LeafLedger(NOW);
    private final Issuer issuer = new LocalIssuer(
            new SelfSigned(
                    store,
                    new SelfSigned.Settings("cluster.local", Duration.ofDays(3650), 0),
                    ledger,
                    _ -> false,
                    () -> {},
                    NOW),
            ledger);

    @Test
    void aFileThatCannotBeWrittenKeepsNobodyWaitingAndIsMadeGood() throws Exception {
        Path blocked = Files.writeString(folder.resolve("blocked"), "a file where a folder should be");
        Path file = blocked.resolve("audit.jsonl");
        try (AuditLog log = new AuditLog(file, LARGE)) {
            issue(log, "node/a", NOW);
            issue(log, "node/b", NOW);
            assertThat(log.problem()).contains(file.toString());

            Files.delete(blocked);
            log.flush();

            assertThat(log.problem()).isEmpty();
            assertThat(lines(file))
                    .extracting(line -> line.get("place").getAsString())
                    .containsExactly("node/a", "node/b");
        }
    }

    @Test
    void aFullFileIsMovedAsideAndBothAreRemembered() throws Exception {
        Path file = folder.resolve("audit.jsonl");
        try (AuditLog log = new AuditLog(file, 600)) {
            log.recall(NOW);
            issue(log, "node/a", NOW);
            issue(log, "node/b", NOW);
            issue(log, "node/c", NOW);
        }

        assertThat(lines(folder.resolve("audit.jsonl.1"))).isNotEmpty();
        try (AuditLog again = new AuditLog(file, 600)) {
            LeafLedger known = again.recall(NOW.plusSeconds(1));
            assertThat(known.held(NOW.plusSeconds(1)))
                    .extracting(held -> held.holder().place())
                    .containsExactly("node/a", "node/b", "node/c");
            assertThat(known.since()).isEqualTo(NOW);
        }
    }

    @Test
    void whatHasEndedOrIsDamagedIsNotRemembered() throws Exception {
        Path file = folder.resolve("audit.jsonl");
        try (AuditLog log = new AuditLog(file, LARGE)) {
            issue(log, "node/a", NOW.minus(Duration.ofHours(2)));
            issue(log, "node/b", NOW);
        }
        Files.writeString(file, "{\"event\":\"issued\",\"ti", StandardOpenOption.APPEND);

        try (AuditLog again = new AuditLog(file, LARGE)) {
            assertThat(again.recall(NOW).held(NOW))
                    .extracting(Held::holder)
                    .extracting(LeafLedger.Holder::place)
                    .containsExactly("node/b");
        }
    }

    @Test
    void fileIsCompleteFromTheFirstLineAfterWhichNoneIsMissing() throws Exception {
        Path file = folder.resolve("audit.jsonl");
        try (AuditLog log = new AuditLog(file, LARGE)) {
            log.recall(NOW);
            issue(log, "node/a", NOW.plusSeconds(1));
        }
        // Ended while lines waited.
        Files.delete(folder.resolve("audit.jsonl.whole"));
        try (AuditLog log = new AuditLog(file, LARGE)) {
            assertThat(log.recall(NOW.plusSeconds(10)).since()).isEqualTo(NOW.plusSeconds(10));
            issue(log, "node/b", NOW.plusSeconds(11));
        }
        try (AuditLog log = new AuditLog(file, LARGE)) {
            LeafLedger known = log.recall(NOW.plusSeconds(20));
            assertThat(known.since()).isEqualTo(NOW.plusSeconds(10));
            assertThat(known.held(NOW.plusSeconds(20))).hasSize(2);
        }
        Files.writeString(file, "{\"torn", StandardOpenOption.APPEND);
        try (AuditLog log = new AuditLog(file, LARGE)) {
            assertThat(log.recall(NOW.plusSeconds(30)).since()).isEqualTo(NOW.plusSeconds(30));
        }
        try (AuditLog log = new AuditLog(file, LARGE)) {
            assertThat(log.recall(NOW.plusSeconds(40)).since())
                    .as("the line after the torn one is whole")
                    .isEqualTo(NOW.plusSeconds(30));
        }
    }

    @Test
    void whatCouldNotBeWrittenIsMarkedAtOnce() throws Exception {
        Path file = folder.resolve("audit.jsonl");
        Path mark = folder.resolve("audit.jsonl.whole");
        try (AuditLog log = new AuditLog(file, 1)) {
            log.recall(NOW);
            assertThat(mark).exists();
            // The next line would move the file aside.
            Path obstacle = Files.createDirectories(folder.resolve("audit.jsonl.1/x"));
            issue(log, "node/a", NOW.plusSeconds(1));
            assertThat(log.problem()).isNotEmpty();
            assertThat(mark).doesNotExist();

            Files.delete(obstacle);
            Files.delete(obstacle.resolveSibling(""));
            log.flush();
            assertThat(log.problem()).isEmpty();
            assertThat(mark).exists();
        }
    }

    @Test
    void callersWhoShareAPlaceKeepWhatEachGenerationHas() {
        LeafLedger ledger = new LeafLedger(NOW);
        LeafLedger.Holder caller = new LeafLedger.Holder("spiffe://x/ns/a/sa/b", LeafLedger.Holder.CALLER);
        Instant late = NOW.plus(Duration.ofHours(2));
        ledger.issued(caller, new LeafLedger.Leaf(1, late), NOW);
        ledger.issued(caller, new LeafLedger.Leaf(1, NOW.plus(Duration.ofHours(1))), NOW);
        ledger.issued(caller, new LeafLedger.Leaf(2, late), NOW);

        assertThat(ledger.held(NOW))
                .extracting(Held::leaf)
                .containsExactly(new LeafLedger.Leaf(1, late), new LeafLedger.Leaf(2, late));
    }

    @Test
    void refusalsOfAStrangerDoNotFillTheDisk() throws Exception {
        Path file = folder.resolve("audit.jsonl");
        try (AuditLog log = new AuditLog(file, LARGE)) {
            for (int i = 0; i < 200; i++) {
                log.refused(ZTUNNEL, "spiffe://x\n\"" + "y".repeat(10_000), "MALFORMED_IDENTITY", "", NOW);
            }
            log.refused(ZTUNNEL, "one more", "MALFORMED_IDENTITY", "", NOW.plusSeconds(1));
        }

        List<JsonObject> lines = lines(file);
        assertThat(lines).hasSize(51);
        assertThat(lines.getFirst().get("identity").getAsString())
                .hasSizeLessThan(300)
                .startsWith("spiffe://x?");
        assertThat(lines.getLast().get("refusals_not_listed").getAsLong()).isEqualTo(150);
    }

    private void issue(AuditLog log, String place, Instant at) {
        Issued issued = issuer.issue(new Issuer.Order(
                Pem.newKeyPair().getPublic(), "", new Subject.Workload(WEB, false), place, Duration.ofHours(1), at));
        log.issued(ZTUNNEL, WEB.toString(), place, issued, at);
    }

    private static List<JsonObject> lines(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .toList();
    }
}
