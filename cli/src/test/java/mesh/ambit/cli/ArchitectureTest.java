package mesh.ambit.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The command line wires components through their {@code .app}, and is the one place that sees them all. */
@AnalyzeClasses(packages = "mesh.ambit", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule componentsAreTouchedThroughTheirApp = noClasses()
            .that()
            .resideInAPackage("mesh.ambit.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "mesh.ambit.ztunnel.inpod..",
                    "mesh.ambit.ztunnel.inbound..",
                    "mesh.ambit.istiod.kube..",
                    "mesh.ambit.istiod.push..",
                    "mesh.ambit.istiod.issuer..",
                    "mesh.ambit.node.pods..",
                    "mesh.ambit.node.zds..");

    @ArchTest
    static final ArchRule componentsDoNotSeeEachOther =
            slices().matching("mesh.ambit.(ztunnel|istiod|node)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule nobodySeesTheCommandLine = noClasses()
            .that()
            .resideOutsideOfPackage("mesh.ambit.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("mesh.ambit.cli..");

    @ArchTest
    static final ArchRule libraryKnowsNoComponent = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "mesh.ambit.cli..", "mesh.ambit.ztunnel..", "mesh.ambit.istiod..", "mesh.ambit.node..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("mesh.ambit.ztunnel..", "mesh.ambit.istiod..", "mesh.ambit.node..");

    @ArchTest
    static final ArchRule wireFormatsAndForeignFunctionsLiveElsewhere = noClasses()
            .that()
            .resideInAPackage("mesh.ambit.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "com.google.protobuf..", "io.grpc..", "io.netty..", "java.lang.foreign..", "org.bouncycastle..");

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("mesh.ambit.cli.(**)").should().beFreeOfCycles();
}
