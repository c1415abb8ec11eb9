package mesh.ambit.ztunnel.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import mesh.ambit.testkit.Await;
import mesh.ambit.ztunnel.app.MeshLab.Node;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Nodes that are told of their own pods only, and ask for everybody else. */
@Tag("netns")
class OnDemandIT {
    @RegisterExtension
    final MeshLab mesh = new MeshLab();

    private LabPod web;
    private LabPod orders;
    private LabPod outsider;
    private List<String> askedByOne;
    private List<String> askedByTwo;

    @BeforeEach
    void makeShop() throws IOException {
        mesh.onDemand();
        web = mesh.pod("web", "one");
        orders = mesh.pod("orders", "two");
        outsider = mesh.pod("outsider", "");
        mesh.app(orders, 8080);
        mesh.app(outsider, 8080);
        Node one = mesh.node("one");
        Node two = mesh.node("two");
        askedByOne = one.answer(Map.of(
                "/" + orders.address().getHostAddress(), orders.workload().build()));
        askedByTwo = two.answer(
                Map.of("/" + web.address().getHostAddress(), web.workload().build()));
    }

    @Test
    void aKnownNameIsAskedForOnceAndItsConnectionIsTunnelled() throws IOException {
        assertThat(talk(orders.address())).isEqualTo("hello " + web.address().getHostAddress() + ": ping\n");
        assertThat(talk(orders.address())).isNotEmpty();

        assertThat(askedByOne).containsExactly("/" + orders.address().getHostAddress());
        assertThat(askedByTwo).containsExactly("/" + web.address().getHostAddress());
        Await.until("both ends of both have logged", () -> mesh.accessLog().size() == 4);
        assertThat(mesh.accessLog()).allMatch(line -> line.contains(":15008"));
    }

    @Test
    void aNameThatNobodyKnowsIsAskedForTwiceByEachConnectionWhichThenPassesThrough() throws IOException {
        String name = "/" + outsider.address().getHostAddress();

        assertThat(talk(outsider.address())).isNotEmpty();
        assertThat(askedByOne).containsExactly(name, name);
        assertThat(talk(outsider.address())).isNotEmpty();
        assertThat(askedByOne).containsExactly(name, name, name, name);
    }

    private String talk(InetAddress destination) throws IOException {
        return EchoApp.talk(web.namespace(), destination, 8080, "ping");
    }
}
