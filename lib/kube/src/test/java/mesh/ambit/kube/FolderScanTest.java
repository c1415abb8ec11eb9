package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderScanTest {
    private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
    private static final Duration MOMENT = Duration.ofMillis(10);
    private static final Duration LONG = Duration.ofSeconds(1);

    @TempDir
    private Path folder;

    private FolderScan scan;
    private Instant now = START;

    @BeforeEach
    void watchTheFolder() {
        scan = new FolderScan(folder, Reading.CHECKED, true);
    }

    @Test
    void allObjectsOfNestedFoldersAreThere() throws IOException {
        write("a.yaml", namespace("a") + "---\n" + namespace("b"));
        write("deep/er/c.yml", namespace("c"));
        write("d.json", "{\"apiVersion\": \"v1\", \"kind\": \"Namespace\", \"metadata\": {\"name\": \"d\"}}");
        write("e.txt", namespace("e"));
        write(".f.yaml", namespace("f"));
        write(".g/g.yaml", namespace("g"));
        write("h.yaml~", namespace("h"));

        assertNamespaces("a", "b", "c", "d");
    }

    @Test
    void nothingIsSaidWhenNothingChanged() throws IOException {
        write("a.yaml", namespace("a"));

        assertThat(rescan(MOMENT)).isTrue();
        assertThat(rescan(LONG)).isFalse();
        touch("a.yaml", START.plusSeconds(60));
        assertThat(rescan(LONG)).isFalse();
    }

    @Test
    void brokenFileKeepsItsLastGoodObjectsWhileOthersApply() throws IOException {
        write("a.yaml", namespace("a"));
        rescan(MOMENT);
        write("a.yaml", "kind: [");
        write("b.yaml", namespace("b"));

        assertNamespaces("a", "b");
        assertThat(scan.snapshot().problems()).singleElement().satisfies(problem -> {
            assertThat(problem.file()).isEqualTo(folder.resolve("a.yaml").toString());
            assertThat(problem.line()).isPositive();
        });
        rescan(LONG);
        assertNamespaces("a", "b");
        write("a.yaml", namespace("c"));
        rescan(MOMENT);
        rescan(LONG);
        assertNamespaces("b", "c");
        assertThat(scan.snapshot().problems()).isEmpty();
    }

    @Test
    void invalidObjectKeepsItsLastGoodVersion() throws IOException {
        write("a.yaml", peer("STRICT") + "---\n" + namespace("a"));
        rescan(MOMENT);
        write("a.yaml", peer("STRIKT") + "---\n" + namespace("b"));
        rescan(MOMENT);
        rescan(LONG);

        assertThat(scan.snapshot().objects().peerAuthentications())
                .singleElement()
                .extracting(PeerAuthentication::mode)
                .isEqualTo(PeerAuthentication.Mode.STRICT);
        assertNamespaces("b");
    }

    @Test
    void objectThatNobodyCanNameMayBeAnyOfTheFile() throws IOException {
        write("a.yaml", peer("STRICT"));
        rescan(MOMENT);
        write("a.yaml", peer("STRICT").replace("name: strict", "nam: strict"));
        rescan(LONG);
        rescan(LONG);

        assertThat(scan.snapshot().objects().peerAuthentications()).hasSize(1);
    }

    @Test
    void problemIsNewOnce() throws IOException {
        write("a.yaml", "kind: [");
        rescan(MOMENT);
        assertThat(scan.snapshot().newProblems()).hasSize(1);

        write("b.yaml", namespace("b"));
        rescan(MOMENT);

        assertThat(scan.snapshot().problems()).hasSize(1);
        assertThat(scan.snapshot().newProblems()).isEmpty();
    }

    @Test
    void truncatedFileLosesNothingAtOnce() throws IOException {
        write("a.yaml", peer("STRICT"));
        rescan(MOMENT);
        write("a.yaml", "");
        assertThat(rescan(MOMENT)).isFalse();
        assertThat(scan.due()).isNotNull();
        write("a.yaml", peer("STRICT"));
        assertThat(rescan(MOMENT)).isFalse();

        assertThat(rescan(LONG)).isFalse();
        assertThat(scan.due()).isNull();
    }

    @Test
    void removedFileIsBelievedAfterAMoment() throws IOException {
        write("a.yaml", namespace("a"));
        rescan(MOMENT);
        Files.delete(folder.resolve("a.yaml"));

        assertNamespaces("a");
        scan.scan(requireNonNull(scan.due()));
        assertThat(scan.snapshot().objects().namespaces()).isEmpty();
    }

    @Test
    void objectMayMoveToAnotherFile() throws IOException {
        write("b.yaml", namespace("a"));
        rescan(MOMENT);
        Files.move(folder.resolve("b.yaml"), folder.resolve("c.yaml"));

        assertThat(rescan(MOMENT)).isFalse();
        assertThat(rescan(LONG)).isFalse();
        assertNamespaces("a");
        assertThat(scan.snapshot().problems()).isEmpty();
    }

    @Test
    void ofTwoFilesWithOneObjectTheFirstCounts() throws IOException {
        write("a.yaml", peer("STRICT"));
        write("b.yaml", namespace("b") + "---\n" + peer("DISABLE"));
        rescan(MOMENT);

        assertThat(scan.snapshot().objects().peerAuthentications().getFirst().mode())
                .isEqualTo(PeerAuthentication.Mode.STRICT);
        assertThat(scan.snapshot().problems()).singleElement().satisfies(problem -> {
            assertThat(problem.code()).isEqualTo(ProblemCode.DUPLICATE_OBJECT);
            assertThat(problem.file()).isEqualTo(folder.resolve("b.yaml").toString());
            assertThat(problem.line()).isEqualTo(5);
            assertThat(problem.reason()).contains(folder.resolve("a.yaml") + ":1");
        });
    }

    @Test
    void inAStoreTheLastOfTwoWasWrittenOverTheFirst() throws IOException {
        write("a.yaml", peer("PERMISSIVE") + "---\n" + peer("STRICT"));
        assertThat(stored()).isEqualTo(PeerAuthentication.Mode.STRICT);

        write("b.yaml", peer("DISABLE"));
        assertThat(stored()).isEqualTo(PeerAuthentication.Mode.DISABLE);
    }

    private PeerAuthentication.Mode stored() {
        FolderScan stored = new FolderScan(folder, Reading.AS_STORED, true);
        stored.scan(now);
        assertThat(stored.snapshot().problems()).isNotEmpty().allSatisfy(problem -> {
            assertThat(problem.code()).isEqualTo(ProblemCode.DUPLICATE_OBJECT);
            assertThat(problem.reason()).contains("counts instead of that in " + folder.resolve("a.yaml"));
        });
        return stored.snapshot().objects().peerAuthentications().getFirst().mode();
    }

    @Test
    void sameObjectTwiceInOneFileIsAProblemToo() throws IOException {
        write("a.yaml", namespace("a") + "---\n" + namespace("a"));
        rescan(MOMENT);

        assertThat(scan.snapshot().problems())
                .singleElement()
                .extracting(Problem::line)
                .isEqualTo(5);
    }

    @Test
    void rewriteThatLeavesSizeAndTimeIsSeen() throws IOException {
        write("a.yaml", namespace("a"));
        touch("a.yaml", now);
        rescan(MOMENT);
        write("a.yaml", namespace("b"));
        touch("a.yaml", START);

        rescan(MOMENT);
        rescan(LONG);

        assertNamespaces("b");
    }

    @Test
    void linksLeadToTheirFiles() throws IOException {
        write(".data/one/a.yaml", namespace("a"));
        write(".data/two/a.yaml", namespace("b"));
        Path current = Files.createSymbolicLink(folder.resolve(".current"), folder.resolve(".data/one"));
        Files.createSymbolicLink(folder.resolve("a.yaml"), current.resolve("a.yaml"));
        Files.createSymbolicLink(folder.resolve("loop"), folder);
        Files.createSymbolicLink(folder.resolve("nowhere.yaml"), folder.resolve("nothing"));
        assertNamespaces("a");

        Files.delete(current);
        Files.createSymbolicLink(current, folder.resolve(".data/two"));
        rescan(MOMENT);
        rescan(LONG);

        assertNamespaces("b");
        assertThat(scan.snapshot().problems()).isEmpty();
    }

    @Test
    void folderThatVanishesKeepsWhatItHad() throws IOException {
        write("a.yaml", namespace("a"));
        rescan(MOMENT);
        Files.delete(folder.resolve("a.yaml"));
        Files.delete(folder);

        assertNamespaces("a");
        rescan(LONG);
        assertNamespaces("a");
        assertThat(scan.snapshot().problems()).extracting(Problem::code).containsExactly(ProblemCode.FOLDER_UNREADABLE);
    }

    @Test
    void optionalFolderMayComeAndGo() throws IOException {
        Path observed = folder.resolve("observed");
        scan = new FolderScan(observed, Reading.CHECKED, false);
        assertThat(rescan(MOMENT)).isFalse();
        write("observed/a.yaml", namespace("a"));
        assertNamespaces("a");
        Files.delete(observed.resolve("a.yaml"));
        Files.delete(observed);
        rescan(MOMENT);
        rescan(LONG);

        assertThat(scan.snapshot()).isEqualTo(FolderSnapshot.EMPTY);
    }

    @Test
    void textThatIsNoTextIsAProblem() throws IOException {
        Files.write(folder.resolve("a.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        rescan(MOMENT);

        assertThat(scan.snapshot().problems())
                .singleElement()
                .extracting(Problem::reason)
                .isEqualTo("not UTF-8 text");
    }

    @Test
    void largeFilesAreRefused() throws IOException {
        Files.write(folder.resolve("a.yaml"), new byte[FileState.MAX_BYTES + 1]);
        rescan(MOMENT);

        assertThat(scan.snapshot().problems())
                .singleElement()
                .extracting(Problem::code)
                .isEqualTo(ProblemCode.TOO_LARGE);
    }

    @Test
    void fileMayBeginWithAByteOrderMark() throws IOException {
        write("a.yaml", "\ufeff" + namespace("a"));

        assertNamespaces("a");
    }

    private void assertNamespaces(String... names) {
        rescan(MOMENT);
        assertThat(scan.snapshot().objects().namespaces())
                .extracting(namespace -> namespace.metadata().name())
                .containsExactly(names);
    }

    private boolean rescan(Duration later) {
        now = now.plus(later);
        return scan.scan(now);
    }

    private void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private void touch(String name, Instant time) throws IOException {
        Files.setLastModifiedTime(folder.resolve(name), FileTime.from(time));
    }

    private static String namespace(String name) {
        return "apiVersion: v1\nkind: Namespace\nmetadata: {name: " + name + "}\n";
    }

    private static String peer(String mode) {
        return "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: strict}\n"
                + "spec: {mtls: {mode: " + mode + "}}\n";
    }
}
