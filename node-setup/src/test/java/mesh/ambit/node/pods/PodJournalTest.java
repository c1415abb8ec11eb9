package mesh.ambit.node.pods;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodJournalTest {
    private static final PodRecord WEB = new PodRecord(
            new PodKey("shop", "web"),
            "uid-1",
            Path.of("/run/netns/ambit-shop-web"),
            true,
            "p1",
            List.of(InetAddress.ofLiteral("10.77.1.2"), InetAddress.ofLiteral("fd77:0:0:1::2")));

    @TempDir
    Path folder;

    @Test
    void whatWasWrittenDownIsReadUntilItIsStruckOut() {
        PodJournal journal = new PodJournal(folder);
        journal.put(WEB);
        assertThat(new PodJournal(folder).read()).containsExactly(WEB);

        journal.remove(WEB.key());
        assertThat(new PodJournal(folder).read()).isEmpty();
    }

    @Test
    void whatCannotBeReadIsDroppedAndHidesNothingElse() throws IOException {
        PodJournal journal = new PodJournal(folder);
        journal.put(WEB);
        String whole = Files.readString(folder.resolve("shop.web.json"));
        List<String> damaged = List.of(
                "", "{", "[]", "{}", whole.replace("\"uid-1\"", "null"), whole.replace("10.77.1.2", "10.77.1.x"));
        for (int i = 0; i < damaged.size(); i++) {
            Files.writeString(folder.resolve("damaged." + i + ".json"), damaged.get(i));
        }
        Files.write(folder.resolve("damaged.bytes.json"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});

        assertThat(journal.read()).containsExactly(WEB);

        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(folder.resolve("shop.web.json"));
        }
    }
}
