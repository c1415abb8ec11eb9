package mesh.ambit.ztunnel.limits;

/** How much there is of something that can run out. Asked on a thread that may wait. */
public interface Usage {
    /** Returns how much is in use. */
    long used();

    /** Returns how much there can be; zero or less if nobody knows. */
    long most();
}
