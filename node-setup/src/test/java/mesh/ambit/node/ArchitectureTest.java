package mesh.ambit.node;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.jspecify.annotations.NullMarked;

@NullMarked
@AnalyzeClasses(packages = "mesh.ambit.node", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule componentsDoNotSeeEachOther = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("mesh.ambit.ztunnel..", "mesh.ambit.istiod..", "mesh.ambit.cli..");

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("mesh.ambit.node.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule onlyTheProgramWires = noClasses()
            .that()
            .resideOutsideOfPackage("mesh.ambit.node.app..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("mesh.ambit.node.app..");

    @ArchTest
    static final ArchRule rulesKnowNothingOfPodsAndZtunnel = noClasses()
            .that()
            .resideInAPackage("mesh.ambit.node.rules..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("mesh.ambit.node.pods..", "mesh.ambit.node.zds..", "mesh.ambit.kube..");

    @ArchTest
    static final ArchRule protobufStaysAtTheSocket = noClasses()
            .that()
            .resideOutsideOfPackage("mesh.ambit.node.zds..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.google.protobuf..", "mesh.ambit.protocol..");

    @ArchTest
    static final ArchRule foreignFunctionsAndNettyAreNotUsed = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.lang.foreign..", "io.netty..", "io.grpc..");

    @ArchTest
    static final ArchRule decisionsReadNoClock = noClasses()
            .that()
            .haveSimpleName("PodPlan")
            .or()
            .haveSimpleName("ServiceView")
            .or()
            .haveSimpleName("CaptureStep")
            .or()
            .haveSimpleName("CaptureRules")
            .or()
            .haveSimpleName("ZdsLedger")
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.time.Clock");

    @ArchTest
    static final ArchRule commandIsAllThatOthersStart = classes()
            .that()
            .resideInAPackage("mesh.ambit.node.app")
            .and()
            .arePublic()
            .should()
            .haveSimpleNameEndingWith("Command")
            .orShould()
            .haveSimpleName("EmbeddedFabric");
}
