package mesh.ambit.cli.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import mesh.ambit.kube.AtomicFiles;

/** The shop's folder of Kubernetes YAML: what a person would keep in a repository and edit. */
final class ShopFolder {
    private static final List<String> FILES =
            List.of("nodes.yaml", "web.yaml", "orders.yaml", "payments.yaml", "outsider.yaml");
    private static final List<String> MEMBERS = List.of("web", "orders", "payments");

    private final Path root;

    private ShopFolder(Path root) {
        this.root = root;
    }

    /** Writes the shop, outside of any mesh, into {@code root}. */
    static ShopFolder create(Path root) throws IOException {
        for (String file : FILES) {
            AtomicFiles.write(root.resolve(file), resource("shop/" + file));
        }
        return new ShopFolder(root);
    }

    Path root() {
        return root;
    }

    Path file(String name) {
        return root.resolve(name + ".yaml");
    }

    /** Labels the namespaces of the shop's services. */
    void enrol() {
        for (String member : MEMBERS) {
            String namespace = "metadata:\n  name: shop-" + member + "\n";
            String text = resource("shop/" + member + ".yaml");
            write(
                    member,
                    text.replaceFirst(namespace, namespace + "  labels:\n    istio.io/dataplane-mode: ambient\n"));
        }
    }

    /** Puts the policy {@code name} into the folder. */
    void apply(String name) {
        write(name, resource("policies/" + name + ".yaml"));
    }

    void remove(String name) {
        try {
            Files.deleteIfExists(file(name));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + file(name), e);
        }
    }

    private void write(String name, String text) {
        try {
            AtomicFiles.write(file(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file(name), e);
        }
    }

    private static String resource(String name) {
        try (InputStream in = ShopFolder.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("resource " + name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read resource " + name, e);
        }
    }
}
