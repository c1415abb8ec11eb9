package mesh.ambit.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import mesh.ambit.kube.FolderSnapshot;
import mesh.ambit.kube.FolderSource;
import mesh.ambit.kube.Reading;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShopFolderTest {
    @TempDir
    private Path root = Path.of("");

    private FolderSnapshot read() {
        return FolderSource.read(root, Reading.CHECKED);
    }

    @Test
    void theShopBeginsOutsideOfTheMeshAndIsEnrolledByLabels() throws IOException {
        ShopFolder folder = ShopFolder.create(root);
        assertThat(read().problems()).isEmpty();
        assertThat(read().objects().namespaces())
                .allSatisfy(each -> assertThat(each.metadata().labels()).isEmpty());

        folder.enrol();

        assertThat(read().problems()).isEmpty();
        assertThat(read().objects().namespaces())
                .filteredOn(each -> each.metadata().labels().containsKey("istio.io/dataplane-mode"))
                .extracting(each -> each.metadata().name())
                .containsExactly("shop-orders", "shop-payments", "shop-web");
        assertThat(read().objects().pods()).hasSize(4);
    }

    @Test
    void policiesComeAndGo() throws IOException {
        ShopFolder folder = ShopFolder.create(root);

        folder.apply("strict");
        folder.apply("only-orders");
        folder.apply("closed");
        assertThat(read().problems()).isEmpty();
        assertThat(read().objects().peerAuthentications())
                .extracting(each ->
                        each.metadata().namespace() + "/" + each.metadata().name())
                .containsExactly(Story.STRICT_POLICY);
        assertThat(read().objects().authorizationPolicies())
                .extracting(each ->
                        each.metadata().namespace() + "/" + each.metadata().name())
                .containsExactly("shop-orders/closed", Story.PAYMENTS_POLICY);

        folder.remove("closed");
        assertThat(read().objects().authorizationPolicies()).hasSize(1);
    }
}
