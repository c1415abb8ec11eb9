package mesh.ambit.admin;

import io.netty.handler.codec.compression.StandardCompressionOptions;
import io.netty.handler.codec.http.HttpContentCompressor;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Compresses the replies that say that they vary, which are pages of metrics; everything else goes as it is. */
final class PageCompressor extends HttpContentCompressor {
    PageCompressor() {
        super(StandardCompressionOptions.gzip(), StandardCompressionOptions.deflate());
    }

    @Override
    protected @Nullable Result beginEncode(HttpResponse response, String acceptEncoding) throws Exception {
        // Encodings are named in any case (RFC 9110, section 8.4.1); the library wants them in lower case.
        return response.headers().contains(HttpHeaderNames.VARY)
                ? super.beginEncode(response, acceptEncoding.toLowerCase(Locale.ROOT))
                : null;
    }
}
