package mesh.ambit.cli.demo;

/**
 * One step of the story as it went.
 *
 * @param claim what should hold
 * @param held whether it did
 * @param seen what was observed, with figures
 */
record Chapter(int step, String claim, boolean held, String seen, long millis) {}
