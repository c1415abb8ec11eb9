package mesh.ambit.node.pods;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mesh.ambit.kube.FolderSource;
import mesh.ambit.kube.Pod;
import mesh.ambit.kube.Reading;
import mesh.ambit.node.pods.ObservedPod.Redirection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodFilesTest {
    private static final PodKey WEB = new PodKey("shop", "web.v1");
    private static final List<InetAddress> ADDRESSES =
            List.of(InetAddress.ofLiteral("10.77.1.2"), InetAddress.ofLiteral("fd77:0:0:1::2"));
    private static final PodRecord RECORD =
            new PodRecord(WEB, "uid-1", Path.of("/run/netns/ambit-shop-web.v1"), true, "p1", ADDRESSES);

    @TempDir
    Path state;

    @Test
    void observationReadsBackAsAPod() {
        PodFiles files = new PodFiles(state, "a", "cluster.local");

        files.observe(new ObservedPod(WEB, "uid-1", "a", ADDRESSES, Redirection.ENABLED, ""));

        Pod pod = requireNonNull(FolderSource.read(state.resolve("observed"), Reading.CHECKED)
                .objects()
                .pod("shop", "web.v1"));
        assertThat(pod.metadata().uid()).isEqualTo("uid-1");
        assertThat(pod.metadata().annotations()).containsEntry("ambient.istio.io/redirection", "enabled");
        assertThat(pod.nodeName()).isEqualTo("a");
        assertThat(pod.status().phase()).isEqualTo("Running");
        assertThat(pod.status().ready()).isTrue();
        assertThat(pod.status().addresses()).containsExactly("10.77.1.2", "fd77:0:0:1:0:0:0:2");
    }

    @Test
    void podThatCouldNotBeMadeSaysWhy() {
        ObservedPod failed = new ObservedPod(WEB, "", "a", List.of(), Redirection.NONE, "no room");

        assertThat(failed.toYaml())
                .contains("phase: Pending", "status: \"False\"", "reason: PodNotMade", "message: \"no room\"")
                .doesNotContain("podIP", "redirection");
    }

    @Test
    void podThatWaitsForZtunnelIsReadyButNotCaptured() {
        ObservedPod waiting = new ObservedPod(WEB, "uid-1", "a", ADDRESSES, Redirection.PENDING, "no ztunnel");

        assertThat(waiting.toYaml()).contains("redirection: pending", "type: ambit.mesh/Captured", "no ztunnel");
    }

    @Test
    void hostsFileIsRewrittenInPlace() throws IOException {
        PodFiles files = new PodFiles(state, "a", "cluster.local");
        ServiceView one = new ServiceView(List.of(), Map.of("front.shop", List.of(InetAddress.ofLiteral("10.96.0.9"))));
        files.resolve(RECORD, one, false);
        Path hosts = state.resolve("pods/shop/web.v1/hosts");
        Object file = Files.getAttribute(hosts, "unix:ino");

        files.resolve(RECORD, ServiceView.EMPTY, false);

        assertThat(Files.getAttribute(hosts, "unix:ino")).isEqualTo(file);
        assertThat(Files.readString(hosts)).doesNotContain("front").endsWith("web.v1\n");
    }

    @Test
    void resolverNamesAServerWhereZtunnelAnswers() throws IOException {
        PodFiles files = new PodFiles(state, "a", "cluster.local");
        Path conf = state.resolve("pods/shop/web.v1/resolv.conf");
        String search = "search shop.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5";

        files.resolve(RECORD, ServiceView.EMPTY, false);
        assertThat(Files.readString(conf)).isEqualTo(search + "\n");

        files.resolve(RECORD, ServiceView.EMPTY, true);
        assertThat(Files.readString(conf)).isEqualTo("nameserver 10.77.0.1\n" + search + " timeout:1 attempts:1\n");

        PodRecord onlyIpv6 = new PodRecord(
                WEB, "uid-1", Path.of("/run/netns/x"), true, "p1", List.of(InetAddress.ofLiteral("fd77::2")));
        files.resolve(onlyIpv6, ServiceView.EMPTY, true);
        assertThat(Files.readString(conf)).startsWith("nameserver fd77::1\n");
    }

    @Test
    void removedPodLeavesNoFile() {
        PodFiles files = new PodFiles(state, "a", "cluster.local");
        files.observe(new ObservedPod(WEB, "uid-1", "a", ADDRESSES, Redirection.NONE, ""));
        files.resolve(RECORD, ServiceView.EMPTY, false);

        files.remove(WEB);

        assertThat(state.resolve("pods/shop")).doesNotExist();
        assertThat(state.resolve("observed/a")).isEmptyDirectory();
    }

    @Test
    void observationsOfAnEarlierRunAreWithdrawn() {
        PodFiles files = new PodFiles(state, "a", "cluster.local");
        PodKey gone = new PodKey("shop", "gone");
        files.observe(new ObservedPod(WEB, "uid-1", "a", ADDRESSES, Redirection.NONE, ""));
        files.observe(new ObservedPod(gone, "uid-2", "a", ADDRESSES, Redirection.NONE, ""));

        files.withdrawAllBut(Set.of(WEB));

        assertThat(state.resolve("observed/a/shop.web.v1.yaml")).exists();
        assertThat(state.resolve("observed/a/shop.gone.yaml")).doesNotExist();
    }

    @Test
    void journalRemembersAndForgets() throws IOException {
        PodJournal journal = new PodJournal(state.resolve("journal"));
        journal.put(RECORD);
        Files.writeString(state.resolve("journal/broken.json"), "{");

        assertThat(new PodJournal(state.resolve("journal")).read()).containsExactly(RECORD);
        assertThat(state.resolve("journal/broken.json")).doesNotExist();

        journal.remove(WEB);
        assertThat(journal.read()).isEmpty();
    }
}
