package mesh.ambit.istiod.kube;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import mesh.ambit.istiod.kube.api.Codec;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.KubeJson;

/** Makes records of objects while they arrive. */
final class KindCodec implements Codec<KubeJson.Item> {
    private final Kind kind;
    private final KubeJson reader = new KubeJson();

    KindCodec(Kind kind) {
        this.kind = kind;
    }

    @Override
    public KubeJson.Item read(JsonParser json) throws IOException {
        return reader.read(json, kind);
    }

    @Override
    public String key(KubeJson.Item item) {
        return item.key().namespace() + "/" + item.key().name();
    }

    @Override
    public String version(KubeJson.Item item) {
        return item.resourceVersion();
    }
}
