package mesh.ambit.istiod;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.NullMarked;

/** The arrows between the rooms of the controller. */
@NullMarked
@AnalyzeClasses(packages = "mesh.ambit.istiod", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String AMBIENT = "mesh.ambit.istiod.ambient..";
    private static final String PUSH = "mesh.ambit.istiod.push..";
    private static final String PROXYLESS = "mesh.ambit.istiod.proxyless..";
    private static final String ISSUER = "mesh.ambit.istiod.issuer..";
    private static final String KUBE = "mesh.ambit.istiod.kube..";
    private static final String APP = "mesh.ambit.istiod.app..";

    @ArchTest
    static final ArchRule theComputationIsPure = noClasses()
            .that()
            .resideInAPackage(AMBIENT)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.netty..",
                    "io.grpc..",
                    "com.google.protobuf..",
                    "mesh.ambit.protocol..",
                    "java.nio.channels..",
                    "java.net.http..",
                    "org.slf4j..");

    @ArchTest
    static final ArchRule theComputationReadsNoClock = noClasses()
            .that()
            .resideInAnyPackage(AMBIENT, PROXYLESS)
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(Clock.class, "systemUTC")
            .orShould()
            .callMethod(ThreadLocalRandom.class, "current")
            .orShould()
            .callConstructor(Random.class);

    @ArchTest
    static final ArchRule messagesStayAtTheEdges = noClasses()
            .that()
            .resideOutsideOfPackages(PUSH, ISSUER, PROXYLESS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.google.protobuf..", "mesh.ambit.protocol..");

    /** They are many and large: whoever serves node proxies alone never loads one. */
    @ArchTest
    static final ArchRule envoysMessagesAreForThoseWhoAskForThem = noClasses()
            .that()
            .resideOutsideOfPackage(PROXYLESS)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.envoyproxy..");

    @ArchTest
    static final ArchRule certificatesAreTheIssuersBusiness = noClasses()
            .that()
            .resideOutsideOfPackage(ISSUER)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.bouncycastle..", "com.nimbusds..");

    @ArchTest
    static final ArchRule theClientLibraryStaysWithTheApi = noClasses()
            .that()
            .resideOutsideOfPackage("mesh.ambit.istiod.kube.api..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.fabric8..");

    @ArchTest
    static final ArchRule gatewaysNeedTheClusterAndNothingElse = noClasses()
            .that()
            .resideInAPackage("mesh.ambit.istiod.gateway..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(AMBIENT, PUSH, ISSUER);

    @ArchTest
    static final ArchRule nativeCodeIsNotOurs =
            noClasses().should().dependOnClassesThat().resideInAPackage("java.lang.foreign..");

    @ArchTest
    static final ArchRule otherComponentsAreMetOnTheWire = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("mesh.ambit.ztunnel..", "mesh.ambit.node..", "mesh.ambit.cli..");

    @ArchTest
    static final ArchRule onlyTheAppWires =
            noClasses().that().resideOutsideOfPackage(APP).should().dependOnClassesThat(resideInAPackage(APP));

    @ArchTest
    static final ArchRule theComputationKnowsNeitherSourcesNorClients = noClasses()
            .that()
            .resideInAnyPackage(AMBIENT, KUBE, PROXYLESS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(PUSH, ISSUER);

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("mesh.ambit.istiod.(*)..").should().beFreeOfCycles();
}
