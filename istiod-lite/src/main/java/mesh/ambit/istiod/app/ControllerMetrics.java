package mesh.ambit.istiod.app;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import mesh.ambit.istiod.issuer.IssuerMetrics;

/**
 * The certificate authority's metrics under upstream's names.
 */
final class ControllerMetrics implements IssuerMetrics {
    private final Counts counts;

    ControllerMetrics(MeterRegistry registry) {
        counts = new Counts(registry);
    }

    @Override
    public void requested() {
        counts.add("citadel.server.csr.count", "Certificate requests received.", Tags.empty());
    }

    @Override
    public void unauthenticated() {
        counts.add(
                "citadel.server.authentication.failure.count",
                "Callers that did not prove who they are.",
                Tags.empty());
    }

    @Override
    public void unauthorized() {
        counts.add(
                "citadel.server.id.extraction.err.count",
                "Requests for an identity that the caller may not have.",
                Tags.empty());
    }

    @Override
    public void unparsable() {
        counts.add("citadel.server.csr.parsing.err.count", "Signing requests that could not be used.", Tags.empty());
    }

    @Override
    public void signFailed(String error) {
        counts.add("citadel.server.csr.sign.err.count", "Signing requests that were refused.", Tags.of("error", error));
    }

    @Override
    public void issued() {
        counts.add("citadel.server.success.cert.issuance.count", "Certificates issued.", Tags.empty());
    }
}
