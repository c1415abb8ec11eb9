package mesh.ambit.model;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;

/** The pure core stays pure: it knows the JDK and itself, and neither a clock nor chance of its own. */
@AnalyzeClasses(packages = "mesh.ambit", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule usesTheJdkOnly = noClasses()
            .that()
            .resideInAnyPackage("mesh.ambit..")
            .should()
            .dependOnClassesThat()
            .resideOutsideOfPackages("java..", "org.jspecify..", "mesh.ambit..");

    @ArchTest
    static final ArchRule doesNoInputOrOutput = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.nio.channels..", "java.io..", "java.net.http..", "java.lang.foreign..");

    @ArchTest
    static final ArchRule readsNoClock = noClasses()
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .dependOnClassesThat()
            .belongToAnyOf(Clock.class);

    @ArchTest
    static final ArchRule drawsNoLots = noClasses()
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(ThreadLocalRandom.class, Random.class, SecureRandom.class)
            .orShould()
            .callMethod(Math.class, "random");

    @ArchTest
    static final ArchRule arrowsBetweenPackagesHaveNoCircle =
            slices().matching("mesh.ambit.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule modelDoesNotKnowPolicy = noClasses()
            .that()
            .resideInAnyPackage("mesh.ambit.model..", "mesh.ambit.identity..", "mesh.ambit.headers..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("mesh.ambit.policy..");
}
