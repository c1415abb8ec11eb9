package mesh.ambit.istiod.kube;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RevisionsTest {
    private static final Map<String, String> NONE = Map.of();

    @Test
    void whatNamesNoRevisionIsTheDefaultOnes() {
        assertThat(alone("default").isMine(NONE, NONE)).isTrue();
        assertThat(alone("default").isMine(rev(""), NONE)).isTrue();
        assertThat(alone("").isMine(NONE, NONE)).isTrue();
        assertThat(alone("blue").isMine(NONE, NONE)).isFalse();
        assertThat(alone("blue").isMine(rev(""), rev("blue")))
                .as("its own label counts")
                .isFalse();
    }

    @Test
    void namespaceSaysItWhereTheObjectDoesNot() {
        assertThat(alone("blue").isMine(NONE, rev("blue"))).isTrue();
        assertThat(alone("default").isMine(NONE, rev("blue"))).isFalse();
        assertThat(alone("blue").isMine(rev("green"), rev("blue"))).isFalse();
        assertThat(alone("blue").isMine(NONE, null)).as("unknown namespace").isTrue();
    }

    @Test
    void tagIsAnotherNameOfARevision() {
        Map<String, String> noted = Map.of(Revisions.TAG, "prod", Revisions.REVISION, "blue");
        Revisions byWebhook = new Revisions("blue", List.of(), Map.of("istio-revision-tag-prod", noted), null);
        Revisions byService = new Revisions("blue", List.of(noted), Map.of(), null);

        assertThat(byWebhook.isMine(rev("prod"), NONE)).isTrue();
        assertThat(byService.isMine(NONE, rev("prod"))).isTrue();
        assertThat(byService.isMine(NONE, NONE)).isFalse();
        assertThat(new Revisions("green", List.of(noted), Map.of(), null).isMine(rev("prod"), NONE))
                .isFalse();
    }

    @Test
    void defaultIsWhoHasTheTagOrElseWhoValidates() {
        Map<String, String> tag = Map.of(Revisions.TAG, "default", Revisions.REVISION, "blue");
        Map<String, Map<String, String>> tagged = Map.of("istio-revision-tag-default", tag);

        assertThat(new Revisions("blue", List.of(), tagged, rev("green")).isMine(NONE, NONE))
                .isTrue();
        assertThat(new Revisions("green", List.of(), tagged, rev("green")).isMine(NONE, NONE))
                .isFalse();
        assertThat(new Revisions("green", List.of(), Map.of(), rev("green")).isMine(NONE, NONE))
                .isTrue();
        assertThat(new Revisions("blue", List.of(), Map.of(), rev("green")).isMine(NONE, NONE))
                .isFalse();
    }

    private static Revisions alone(String revision) {
        return new Revisions(revision, List.of(), Map.of(), null);
    }

    private static Map<String, String> rev(String revision) {
        return Map.of(Revisions.REVISION, revision);
    }
}
