package mesh.ambit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.jspecify.annotations.NullMarked;

/** The arrows between this module's packages, and what the data path must not do. */
@NullMarked
@AnalyzeClasses(packages = "mesh.ambit", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES =
            slices().matching("mesh.ambit.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule FOREIGN_MEMORY_ONLY_IN_LINUX = noClasses()
            .that()
            .resideOutsideOfPackage("mesh.ambit.linux..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.lang.foreign..");

    @ArchTest
    static final ArchRule BOUNCY_CASTLE_ONLY_IN_TLS = noClasses()
            .that()
            .resideOutsideOfPackage("mesh.ambit.tls..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.bouncycastle..");

    @ArchTest
    static final ArchRule TLS_KNOWS_NO_TUNNELS = noClasses()
            .that()
            .resideInAPackage("mesh.ambit.tls..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("mesh.ambit.hbone..", "mesh.ambit.relay..", "mesh.ambit.linux..");

    @ArchTest
    static final ArchRule TUNNELS_KNOW_NO_RELAY = noClasses()
            .that()
            .resideInAPackage("mesh.ambit.hbone..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("mesh.ambit.relay..", "mesh.ambit.linux..");

    @ArchTest
    static final ArchRule NOTHING_HERE_KNOWS_A_COMPONENT_OR_THE_CONTROL_PLANE = noClasses()
            .that()
            .resideInAnyPackage("mesh.ambit.linux..", "mesh.ambit.tls..", "mesh.ambit.hbone..", "mesh.ambit.relay..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "com.google.protobuf..",
                    "io.grpc..",
                    "mesh.ambit.wire..",
                    "mesh.ambit.xds..",
                    "mesh.ambit.ca..",
                    "mesh.ambit.ztunnel..",
                    "mesh.ambit.istiod..",
                    "mesh.ambit.node..",
                    "mesh.ambit.cli..");

    @ArchTest
    static final ArchRule NO_LOCKED_METHODS_ON_THE_DATA_PATH = noMethods()
            .that()
            .areDeclaredInClassesThat()
            .resideInAnyPackage("mesh.ambit.tls..", "mesh.ambit.hbone..", "mesh.ambit.relay..")
            .should()
            .haveModifier(JavaModifier.SYNCHRONIZED);

    @ArchTest
    static final ArchRule NOTHING_BLOCKS_ON_THE_DATA_PATH = noClasses()
            .that()
            .resideInAnyPackage("mesh.ambit.tls..", "mesh.ambit.hbone..", "mesh.ambit.relay..")
            .should()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callMethodWhere(JavaCall.Predicates.target(
                    HasName.Predicates.nameMatching("await|awaitUninterruptibly|sync|syncUninterruptibly")));
}
