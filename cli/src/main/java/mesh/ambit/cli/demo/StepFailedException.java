package mesh.ambit.cli.demo;

/** Something that the story claims was not observed; the message says what was seen instead. */
final class StepFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StepFailedException(String message) {
        super(message);
    }
}
