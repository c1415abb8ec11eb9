package mesh.ambit.ztunnel.app;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows between the daemon's packages, and what the data path may not do. */
@AnalyzeClasses(packages = "mesh.ambit.ztunnel", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String APP = "mesh.ambit.ztunnel.app..";

    @ArchTest
    static final ArchRule knowsNoOtherComponent = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "mesh.ambit.node..", "mesh.ambit.istiod..", "mesh.ambit.waypoint..", "mesh.ambit.cli..");

    @ArchTest
    static final ArchRule onlyAppWires = noClasses()
            .that()
            .resideOutsideOfPackage(APP)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(APP);

    @ArchTest
    static final ArchRule directionsDoNotKnowEachOther = noClasses()
            .that()
            .resideInAPackage("mesh.ambit.ztunnel.outbound..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("mesh.ambit.ztunnel.inbound..");

    @ArchTest
    static final ArchRule arrowsHaveNoCircle =
            slices().matching("mesh.ambit.ztunnel.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule protobufStaysAtTheEdge = noClasses()
            .that()
            .resideOutsideOfPackage("mesh.ambit.ztunnel.inpod..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.google.protobuf..", "mesh.ambit.protocol..", "io.grpc..");

    @ArchTest
    static final ArchRule foreignMemoryAndBouncyCastleAreElsewhere =
            noClasses().should().dependOnClassesThat().resideInAnyPackage("java.lang.foreign..", "org.bouncycastle..");

    @ArchTest
    static final ArchRule routersReadNeitherClockNorDice = noClasses()
            .that()
            .haveNameMatching(".*(Router|Resolver)")
            .and()
            .resideOutsideOfPackage("mesh.ambit.ztunnel.dns..")
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .dependOnClassesThat()
            .resideInAnyPackage("io.netty..", "java.util.concurrent..");

    @ArchTest
    static final ArchRule dataPathDoesNotBlock = noClasses()
            .that()
            .resideInAnyPackage(
                    "mesh.ambit.ztunnel.inbound..", "mesh.ambit.ztunnel.outbound..", "mesh.ambit.ztunnel.dns..")
            .should()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callMethod(java.util.concurrent.Future.class, "get")
            .orShould()
            .callMethod(io.netty.util.concurrent.Future.class, "await")
            .orShould()
            .callMethod(io.netty.util.concurrent.Future.class, "sync");

    @ArchTest
    static final ArchRule dataPathHasNoLocks = noMethods()
            .that()
            .areDeclaredInClassesThat()
            .resideOutsideOfPackage(APP)
            .should()
            .haveModifier(JavaModifier.SYNCHRONIZED);
}
