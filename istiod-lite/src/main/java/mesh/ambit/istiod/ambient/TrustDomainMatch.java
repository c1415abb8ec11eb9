package mesh.ambit.istiod.ambient;

import java.util.ArrayList;
import java.util.List;
import mesh.ambit.kube.AuthorizationPolicy.Source;
import mesh.ambit.policy.Match;
import mesh.ambit.policy.StringMatch;

/**
 * The trust domains of a source, as the beginnings of principals that they are: clients know no other words for them.
 * The reference leaves them out of what clients are told, which lets more through than was written.
 */
final class TrustDomainMatch {
    private TrustDomainMatch() {}

    /** Returns whether only the end of a trust domain is given. */
    static boolean isEnding(String text) {
        return text.startsWith("*") && text.length() > 1;
    }

    /**
     * Returns the principals of which one must match, empty when any may. An ending cannot be compared; where one stands,
     * only rules that deny are left, and those then deny whatever the rest of them is about.
     */
    static List<StringMatch> principals(Source source) {
        List<String> texts = source.trustDomains().any();
        return texts.stream().anyMatch(TrustDomainMatch::isEnding)
                ? List.of()
                : texts.stream().map(TrustDomainMatch::beginning).toList();
    }

    /** Returns the principals of which none may match, those that the source excludes itself among them. */
    static List<StringMatch> excluded(Source source, List<StringMatch> principals) {
        List<StringMatch> all = new ArrayList<>(principals);
        for (String text : source.trustDomains().none()) {
            if (!isEnding(text)) {
                all.add(beginning(text));
            }
        }
        return all;
    }

    /** Returns a match for everybody in the place of one that says nothing only because of an ending. */
    static Match orEverybody(Match match, Source source) {
        boolean endings = source.trustDomains().any().stream().anyMatch(TrustDomainMatch::isEnding)
                || source.trustDomains().none().stream().anyMatch(TrustDomainMatch::isEnding);
        return match.isEmpty() && endings
                ? Match.builder()
                        .notPrincipals(List.of(new StringMatch.Exact("")))
                        .build()
                : match;
    }

    private static StringMatch beginning(String text) {
        if (text.equals("*")) {
            return new StringMatch.Presence();
        }
        return new StringMatch.Prefix(text.endsWith("*") ? text.substring(0, text.length() - 1) : text + "/");
    }
}
