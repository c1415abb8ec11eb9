package mesh.ambit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.jspecify.annotations.NullMarked;

@NullMarked
@AnalyzeClasses(packages = "mesh.ambit.kube", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule objectsNeedNothingButTheirFormatsAndLogging = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "mesh.ambit.kube..",
                    "java..",
                    "org.snakeyaml.engine..",
                    "com.fasterxml.jackson.core..",
                    "org.slf4j..",
                    "org.jspecify.annotations..");

    @ArchTest
    static final ArchRule onlyTheJsonReaderKnowsTheJsonLibrary = noClasses()
            .that()
            .haveNameNotMatching(".*\\.(JsonValues|KubeJson)(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.fasterxml.jackson..");

    @ArchTest
    static final ArchRule onlyTheYamlReaderKnowsTheYamlLibrary = noClasses()
            .that()
            .haveNameNotMatching(".*\\.YamlReader(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.snakeyaml.engine..");
}
