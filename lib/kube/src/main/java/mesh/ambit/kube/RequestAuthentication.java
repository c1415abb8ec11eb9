package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import mesh.ambit.kube.AuthorizationPolicy.TargetRef;
import org.jspecify.annotations.Nullable;

/**
 * Whose tokens requests may carry.
 *
 * @param selector null when not given
 */
public record RequestAuthentication(
        ObjectMeta metadata, @Nullable WorkloadSelector selector, List<TargetRef> targetRefs, List<JwtRule> rules)
        implements KubeObject {
    public RequestAuthentication {
        requireNonNull(metadata, "metadata");
        targetRefs = List.copyOf(targetRefs);
        rules = List.copyOf(rules);
    }

    @Override
    public Kind kind() {
        return Kind.REQUEST_AUTHENTICATION;
    }

    /**
     * Tokens of one issuer. Texts that are not given are empty.
     *
     * @param jwks the issuer's keys, {@code jwksUri} where they are found
     * @param payloadToHeader header to which the claims go, in base 64
     * @param timeout of fetching keys; null when not given
     * @param required whether a request without a token is refused
     */
    public record JwtRule(
            String issuer,
            List<String> audiences,
            String jwksUri,
            String jwks,
            List<TokenHeader> fromHeaders,
            List<String> fromParams,
            List<String> fromCookies,
            String payloadToHeader,
            List<ClaimHeader> claimsToHeaders,
            boolean forwardOriginalToken,
            List<String> spaceDelimitedClaims,
            @Nullable Duration timeout,
            boolean required) {
        public JwtRule {
            requireNonNull(issuer, "issuer");
            audiences = List.copyOf(audiences);
            requireNonNull(jwksUri, "jwksUri");
            requireNonNull(jwks, "jwks");
            fromHeaders = List.copyOf(fromHeaders);
            fromParams = List.copyOf(fromParams);
            fromCookies = List.copyOf(fromCookies);
            requireNonNull(payloadToHeader, "payloadToHeader");
            claimsToHeaders = List.copyOf(claimsToHeaders);
            spaceDelimitedClaims = List.copyOf(spaceDelimitedClaims);
        }
    }

    /** A header that may carry a token after a prefix. */
    public record TokenHeader(String name, String prefix) {
        public TokenHeader {
            requireNonNull(name, "name");
            requireNonNull(prefix, "prefix");
        }
    }

    /** A header that a claim is copied to. */
    public record ClaimHeader(String header, String claim) {
        public ClaimHeader {
            requireNonNull(header, "header");
            requireNonNull(claim, "claim");
        }
    }
}
