package mesh.ambit.config;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} says: version and revision of the sources, both written into the jar by the build. */
public final class AmbitVersion implements IVersionProvider {
    private static final String RESOURCE = "version.properties";

    /** Used by picocli. */
    public AmbitVersion() {}

    /** Returns the version of this build, such as {@code 0.1.0-SNAPSHOT}. */
    public static String version() {
        return Holder.VERSION;
    }

    /** Returns the commit this build was made from, or {@code unknown} when the build did not say. */
    public static String revision() {
        return Holder.REVISION;
    }

    @Override
    public String[] getVersion() {
        return new String[] {"ambit " + version() + " (revision " + revision() + ")"};
    }

    /** Read at first use: most starts never ask. */
    private static final class Holder {
        static final String VERSION;
        static final String REVISION;

        static {
            Properties properties = new Properties();
            try (InputStream in =
                    requireNonNull(AmbitVersion.class.getResourceAsStream(RESOURCE), "version.properties is missing")) {
                properties.load(in);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            VERSION = properties.getProperty("version", "unknown");
            REVISION = properties.getProperty("revision", "unknown");
        }
    }
}
