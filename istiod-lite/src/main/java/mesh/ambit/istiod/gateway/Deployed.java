package mesh.ambit.istiod.gateway;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of making the objects of a gateway.
 *
 * @param parameters what is wrong with its parameters, so that nothing was changed; null if nothing is
 * @param left what was not made as it should be, and why: matters where nobody is ready
 * @param taken what has the names of this gateway's objects and is another gateway's, so that whoever is ready is that one's
 */
record Deployed(@Nullable String parameters, List<String> left, List<String> taken) {
    /** Everything is as it is to be. */
    static final Deployed WELL = new Deployed(null, List.of(), List.of());

    Deployed {
        left = List.copyOf(left);
        taken = List.copyOf(taken);
    }

    /** The parameters are not right, and nothing was changed. */
    static Deployed unchanged(@Nullable String parameters) {
        return new Deployed(parameters, List.of(), List.of());
    }

    /** The API server did not do as asked. */
    static Deployed failed(Exception why) {
        return new Deployed(null, List.of("not deployed: " + why.getMessage()), List.of());
    }
}
