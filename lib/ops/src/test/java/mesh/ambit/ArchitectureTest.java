package mesh.ambit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.jspecify.annotations.NullMarked;

@NullMarked
@AnalyzeClasses(
        packages = {"mesh.ambit.config", "mesh.ambit.telemetry", "mesh.ambit.admin"},
        importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule operationsKnowNoWireFormatAndNoForeignFunctions = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.google.protobuf..", "io.grpc..", "java.lang.foreign..", "org.bouncycastle..");

    @ArchTest
    static final ArchRule onlyAdminUsesNetty = noClasses()
            .that()
            .resideOutsideOfPackage("mesh.ambit.admin..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty..");

    @ArchTest
    static final ArchRule nothingBlocksWhereNettyIsUsed = noClasses()
            .that()
            .resideInAPackage("mesh.ambit.admin..")
            .should()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callMethod(java.util.concurrent.Future.class, "get")
            .orShould()
            .callMethod(io.netty.util.concurrent.Future.class, "sync")
            .orShould()
            .callMethod(io.netty.util.concurrent.Future.class, "await");

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("mesh.ambit.(*)..").should().beFreeOfCycles();
}
