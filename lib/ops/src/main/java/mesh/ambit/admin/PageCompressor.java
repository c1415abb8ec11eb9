package mesh.ambit.admin;

import io.netty.handler.codec.compression.StandardCompressionOptions;
import io.netty.handler.codec.http.HttpContentCompressor;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/** Compresses the replies that say that they vary, which are pages of metrics; everything else goes as it is. */
final class PageCompressor extends HttpContentCompressor {
    PageCompressor() {
        super(StandardCompressionOptions.gzip(), StandardCompressionOptions.deflate());
    }

    @Override
    protected @Nullable Result beginEncode(HttpResponse response, String acceptEncoding) throws Exception {
        return response.headers().contains(HttpHeaderNames.VARY) ? super.beginEncode(response, acceptEncoding) : null;
    }
}
