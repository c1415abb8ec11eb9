package mesh.ambit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.NullMarked;

@NullMarked
@AnalyzeClasses(
        packages = {"mesh.ambit.wire", "mesh.ambit.xds", "mesh.ambit.ca", "mesh.ambit.channel"},
        importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule theWireKnowsNoTransport = noClasses()
            .that()
            .resideInAPackage("mesh.ambit.wire..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.grpc..", "io.netty..", "org.slf4j..");

    @ArchTest
    static final ArchRule channelsKnowNoMessages = noClasses()
            .that()
            .resideInAPackage("mesh.ambit.channel..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.google.protobuf..", "mesh.ambit.protocol..");

    @ArchTest
    static final ArchRule onlyTheCaUsesBouncyCastle = noClasses()
            .that()
            .resideOutsideOfPackage("mesh.ambit.ca..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.bouncycastle..");

    @ArchTest
    static final ArchRule nobodyCallsForeignFunctions =
            noClasses().should().dependOnClassesThat().resideInAPackage("java.lang.foreign..");

    @ArchTest
    static final ArchRule clientsDoNotBlock = noClasses()
            .should()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callMethod(java.util.concurrent.Future.class, "get")
            .orShould()
            .callMethod(CompletableFuture.class, "join")
            .orShould()
            .callMethod(io.netty.util.concurrent.Future.class, "sync")
            .orShould()
            .callMethod(io.netty.util.concurrent.Future.class, "await");

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("mesh.ambit.(*)..").should().beFreeOfCycles();
}
