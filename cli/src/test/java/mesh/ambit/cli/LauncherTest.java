package mesh.ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import mesh.ambit.testkit.Await;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher as a person meets it. Every run has an empty environment, no terminal and a path with spaces. */
class LauncherTest {
    @TempDir
    private Path folder = Path.of("");

    private LauncherFixture fixture;

    @BeforeEach
    void makeCheckout() throws IOException {
        fixture = new LauncherFixture(folder);
    }

    @Test
    void buildsAndHandsOverEveryWord() throws Exception {
        LauncherFixture.Result result = fixture.run("status", "two words", "");

        assertThat(result.exitCode()).isZero();
        assertThat(fixture.builds()).isEqualTo(1);
        assertThat(result.output()).contains("<mesh.ambit.cli.Main>\n<status>\n<two words>\n<>\n");
        Path lib = fixture.root().resolve("cli/target/ambit/lib");
        assertThat(result.output()).contains("<" + lib.resolve("a.jar") + ":" + lib.resolve("b.jar") + ">");
    }

    @Test
    void doesNotBuildWhatIsBuilt() throws Exception {
        fixture.run("status");

        LauncherFixture.Result again = fixture.run("status");

        assertThat(fixture.builds()).isEqualTo(1);
        assertThat(again.output()).startsWith("<@");
    }

    @Test
    void doesNotBuildWhenOnlyTimesAreNewer() throws Exception {
        fixture.run("status");
        Files.setLastModifiedTime(fixture.source(), FileTime.from(Instant.now().plusSeconds(60)));

        fixture.run("status");

        assertThat(fixture.builds()).isEqualTo(1);
    }

    @Test
    void buildsAgainWhenASourceChangesOrGoes() throws Exception {
        fixture.run("status");
        Files.writeString(fixture.source(), "class A { int changed; }");
        Files.setLastModifiedTime(fixture.source(), FileTime.from(Instant.now().plusSeconds(60)));
        fixture.run("status");
        assertThat(fixture.builds()).isEqualTo(2);

        Files.delete(fixture.source());
        Files.setLastModifiedTime(
                fixture.source().getParent(), FileTime.from(Instant.now().plusSeconds(60)));
        fixture.run("status");

        assertThat(fixture.builds()).isEqualTo(3);
    }

    @Test
    void showsTheWholeLogOfABuildThatFails() throws Exception {
        fixture.mavenAlso("echo the reason; exit 1");

        LauncherFixture.Result result = fixture.run("status");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.output()).contains("the reason\n").contains("ambit: the build failed");
        fixture.mavenAlso("");
        assertThat(fixture.run("status").exitCode())
                .as("the next one builds again")
                .isZero();
    }

    @Test
    void startsAtTheSameTimeBuildOnce() throws Exception {
        fixture.mavenAlso("sleep 0.5");
        List<Process> both = List.of(
                fixture.start(fixture.root().resolve("ambit"), Map.of(), "status"),
                fixture.start(fixture.root().resolve("ambit"), Map.of(), "status"));

        for (Process each : both) {
            assertThat(LauncherFixture.finish(each).exitCode()).isZero();
        }
        assertThat(fixture.builds()).isEqualTo(1);
    }

    @Test
    void aTrainingThatWasInterruptedIsMadeUpForAtTheNextStart() throws Exception {
        Path began = folder.resolve("began");
        fixture.javaAlso("case \"$*\" in *' train --into '*) touch '" + began + "'; exec sleep 60 ;; esac");
        interruptWhen(began, fixture.start(fixture.root().resolve("ambit"), Map.of(), "status"));
        Path cache = fixture.root().resolve("cli/target/ambit/ztunnel.aot");
        assertThat(cache).doesNotExist();

        fixture.javaAlso(
                "case \"$*\" in *' train --into '*) for folder; do :; done; touch \"$folder/ztunnel.recording\" ;; "
                        + "*AOTMode=create*) for word; do case $word in -XX:AOTCache=*) touch \"${word#*=}\" ;; esac; done ;; esac");
        LauncherFixture.Result next = fixture.run("status");

        assertThat(next.exitCode()).isZero();
        assertThat(next.output()).contains("trained in").contains("<status>");
        assertThat(cache).exists();
        assertThat(fixture.builds()).isEqualTo(1);
        assertThat(fixture.run("status").output()).as("once").startsWith("<@");
    }

    @Test
    void aTrainingThatIsNotWantedOrNotPossibleIsNotTriedAgain() throws Exception {
        fixture.run(Map.of("AMBIT_NO_TRAINING", "1"), "status");
        assertThat(fixture.run("status").output()).startsWith("<@");

        Files.writeString(fixture.source(), "class A { int changed; }");
        Files.setLastModifiedTime(fixture.source(), FileTime.from(Instant.now().plusSeconds(60)));
        fixture.javaAlso("case \"$*\" in *' train --into '*) exit 1 ;; esac");
        assertThat(fixture.run("status").output()).contains("no start-up caches could be made");
        assertThat(fixture.run("status").output()).startsWith("<@");
    }

    /** Kills the launcher and all that it has started, as the end of a terminal does, once {@code began} is there. */
    private static void interruptWhen(Path began, Process launcher) throws Exception {
        Await.until("the training has begun", () -> Files.exists(began));
        List<ProcessHandle> started = launcher.descendants().toList();
        launcher.destroyForcibly();
        started.forEach(ProcessHandle::destroyForcibly);
        launcher.waitFor();
    }

    @Test
    void worksThroughALink() throws Exception {
        Path link = Files.createSymbolicLink(
                folder.resolve("link to ambit"), fixture.root().resolve("ambit"));

        LauncherFixture.Result result = LauncherFixture.finish(fixture.start(link, Map.of(), "status"));

        assertThat(result.exitCode()).isZero();
        assertThat(result.output()).contains("<status>");
    }

    @Test
    void prefersTheJdkThatWasAskedForAndTakesA25ElseTheNewest() throws Exception {
        fixture.jdk("jdk-17", "17.0.2");
        fixture.jdk("jdk-26", "26");
        Path mine = fixture.jdk("mine", "25.0.9");
        LauncherFixture.script(mine.resolve("bin/java"), "echo mine");

        assertThat(fixture.run(Map.of("AMBIT_JAVA_HOME", mine.toString()), "status")
                        .lastLine())
                .isEqualTo("mine");
        assertThat(fixture.run(Map.of("JAVA_HOME", fixture.jdk("jdk-17").toString()), "status")
                        .exitCode())
                .isZero();
    }

    @Test
    void refusesAnAskedForJdkThatIsTooOld() throws Exception {
        Path old = fixture.jdk("jdk-17", "17.0.2");

        LauncherFixture.Result result = fixture.run(Map.of("AMBIT_JAVA_HOME", old.toString()), "status");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.output()).contains("AMBIT_JAVA_HOME=" + old + " is no JDK 25 or newer");
    }

    @Test
    void saysWhatToInstallWhereThereIsNoJdk() throws Exception {
        LauncherFixture.Result result = fixture.run(Map.of("AMBIT_JDK_ROOTS", folder.toString()), "status");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.output()).contains("needs a JDK 25").contains("set AMBIT_JAVA_HOME");
    }

    @Test
    void testsEndWithTheirSum() throws Exception {
        String twoReports = "mkdir -p a/target/surefire-reports; "
                + "echo '<testsuite name=\"x\" time=\"1\" tests=\"5\" errors=\"0\" skipped=\"1\" failures=\"0\">'"
                + " > a/target/surefire-reports/TEST-x.xml; "
                + "echo '<testsuite name=\"y\" time=\"1\" tests=\"2\" errors=\"0\" skipped=\"0\" failures=\"0\">'"
                + " > a/target/surefire-reports/TEST-y.xml";

        fixture.mavenAlso(twoReports);
        LauncherFixture.Result result = fixture.run("test");

        assertThat(result.lastLine()).isEqualTo("6 passed, 0 failed, 1 skipped");
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void aFailedTestIsShownAndFailsTheRun() throws Exception {
        String report = "mkdir -p a/target/surefire-reports; printf '%s\\n' "
                + "'<testsuite name=\"x\" tests=\"2\" errors=\"0\" skipped=\"0\" failures=\"1\">' "
                + "'<testcase name=\"holds\" classname=\"a.B\">' '<failure message=\"m\">expected 1</failure>'"
                + " '</testcase>' > a/target/surefire-reports/TEST-x.xml";

        fixture.mavenAlso(report);
        LauncherFixture.Result result = fixture.run("test");

        assertThat(result.exitCode()).isNotZero();
        assertThat(result.output()).contains("FAILED a.B.holds").contains("expected 1");
        assertThat(result.lastLine()).isEqualTo("1 passed, 1 failed, 0 skipped");
    }

    @Test
    void theFormOfTheSourcesIsLookedAtLastAndFailsTheRun() throws Exception {
        String wrongForm = "case \"$*\" in *spotless:check*) echo '[ERROR] A.java is laid out wrongly'; exit 1;; "
                + "*verify*) case \"$*\" in *-Dspotless.check.skip=true*) ;; *) exit 1;; esac;; esac; "
                + "mkdir -p a/target/surefire-reports; "
                + "echo '<testsuite name=\"x\" tests=\"5\" errors=\"0\" skipped=\"0\" failures=\"0\">'"
                + " > a/target/surefire-reports/TEST-x.xml";

        fixture.mavenAlso(wrongForm);
        LauncherFixture.Result result = fixture.run("test");

        assertThat(result.exitCode()).isNotZero();
        assertThat(result.output()).contains("A.java is laid out wrongly").contains("mvn spotless:apply");
        assertThat(result.output()).doesNotContain("Maven ended with code");
        assertThat(result.lastLine()).as("every test has run").isEqualTo("5 passed, 0 failed, 0 skipped");
    }

    @Test
    void aRunWithoutAnyTestFails() throws Exception {
        LauncherFixture.Result result = fixture.run("test");

        assertThat(result.exitCode()).isNotZero();
        assertThat(result.output()).contains("no test was executed");
        assertThat(result.lastLine()).isEqualTo("0 passed, 0 failed, 0 skipped");
    }

    @Test
    void ciRunsTheTestCommand() throws Exception {
        assertThat(Files.readString(LauncherFixture.repository().resolve(".ci/run")))
                .contains("/../ambit\" test");
    }
}
