package mesh.ambit.node.app;

import static org.assertj.core.api.Assertions.assertThat;

import mesh.ambit.node.app.CaptureStep.Standing;
import org.junit.jupiter.api.Test;

class CaptureStepTest {
    private static final boolean OFFERED = true;
    private static final boolean ACKNOWLEDGED = true;
    private static final boolean CLOSED_FROM_START = true;
    private static final boolean OUTDATED = true;
    private static final boolean DRAINED = true;

    @Test
    void podThatIsToJoinIsOfferedFirst() {
        assertThat(inside(CaptureStage.OPEN, !OFFERED, !ACKNOWLEDGED, !CLOSED_FROM_START))
                .isEqualTo(CaptureStep.OFFER);
    }

    @Test
    void runningPodWaitsForAZtunnel() {
        assertThat(inside(CaptureStage.OPEN, OFFERED, !ACKNOWLEDGED, !CLOSED_FROM_START))
                .isEqualTo(CaptureStep.NOTHING);
        assertThat(inside(CaptureStage.OPEN, OFFERED, ACKNOWLEDGED, !CLOSED_FROM_START))
                .isEqualTo(CaptureStep.ENROL);
    }

    @Test
    void newPodDoesNotWait() {
        assertThat(inside(CaptureStage.OPEN, OFFERED, !ACKNOWLEDGED, CLOSED_FROM_START))
                .isEqualTo(CaptureStep.ENROL);
    }

    @Test
    void capturedPodStaysCapturedWithoutAZtunnel() {
        assertThat(inside(CaptureStage.CAPTURED, OFFERED, !ACKNOWLEDGED, !CLOSED_FROM_START))
                .isEqualTo(CaptureStep.NOTHING);
    }

    @Test
    void rulesThatAreNotThoseWantedAreWrittenAgain() {
        assertThat(CaptureStep.next(
                        new Standing(true, CaptureStage.CAPTURED, OFFERED, !ACKNOWLEDGED, false, OUTDATED, false)))
                .isEqualTo(CaptureStep.ENROL);
    }

    @Test
    void podThatComesBackWhileItDrainsIsEnrolledAgain() {
        assertThat(inside(CaptureStage.DRAINING, OFFERED, ACKNOWLEDGED, !CLOSED_FROM_START))
                .isEqualTo(CaptureStep.ENROL);
    }

    @Test
    void podThatLeavesDrainsAndIsThenLeftAlone() {
        assertThat(outside(CaptureStage.CAPTURED, OFFERED, !DRAINED)).isEqualTo(CaptureStep.DRAIN);
        assertThat(outside(CaptureStage.DRAINING, OFFERED, !DRAINED)).isEqualTo(CaptureStep.NOTHING);
        assertThat(outside(CaptureStage.DRAINING, OFFERED, DRAINED)).isEqualTo(CaptureStep.FINISH);
        assertThat(outside(CaptureStage.OPEN, OFFERED, !DRAINED)).isEqualTo(CaptureStep.WITHDRAW);
        assertThat(outside(CaptureStage.OPEN, !OFFERED, !DRAINED)).isEqualTo(CaptureStep.NOTHING);
    }

    private static CaptureStep inside(
            CaptureStage stage, boolean offered, boolean acknowledged, boolean closedFromStart) {
        return CaptureStep.next(new Standing(true, stage, offered, acknowledged, closedFromStart, !OUTDATED, false));
    }

    private static CaptureStep outside(CaptureStage stage, boolean offered, boolean drained) {
        return CaptureStep.next(new Standing(false, stage, offered, false, false, !OUTDATED, drained));
    }
}
