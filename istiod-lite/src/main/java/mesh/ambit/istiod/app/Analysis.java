package mesh.ambit.istiod.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import mesh.ambit.config.ConfigException;
import mesh.ambit.config.Environment;
import mesh.ambit.istiod.ambient.Advice;
import mesh.ambit.istiod.ambient.Advisor;
import mesh.ambit.istiod.ambient.AmbientIndex;
import mesh.ambit.istiod.ambient.MeshSettings;
import mesh.ambit.istiod.ambient.StandingEngine;
import mesh.ambit.istiod.kube.ClusterView;
import mesh.ambit.kube.FolderException;
import mesh.ambit.kube.FolderSnapshot;
import mesh.ambit.kube.FolderSource;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.PassedOver;
import mesh.ambit.kube.Problem;
import mesh.ambit.kube.Reading;

/**
 * What is wrong with a folder, and what in it does not do what it seems to.
 *
 * @param findings errors by place, then warnings by object
 * @param passedOver how many objects there are of kinds that have nothing to do with a mesh, by kind
 */
public record Analysis(List<Finding> findings, SortedMap<String, Integer> passedOver) {
    /** Of two findings without a place neither comes first. */
    private static final Comparator<Finding> BY_PLACE =
            Comparator.comparing(Finding::file).thenComparingInt(Finding::line).thenComparingInt(Finding::column);

    /** How bad it is. */
    public enum Severity {
        /** The object counts for nothing. */
        ERROR,
        /** The object counts, but perhaps not as meant. */
        WARNING
    }

    /**
     * One finding. Texts that say nothing are empty.
     *
     * @param code stays the same from release to release
     * @param object for example {@code Service shop/web}
     * @param line from 1; 0 when the finding has no place in a file
     * @param column from 1; 0 likewise
     */
    public record Finding(
            Severity severity,
            String code,
            String object,
            String field,
            String file,
            int line,
            int column,
            String reason,
            String remedy) {}

    public Analysis {
        findings = List.copyOf(findings);
        passedOver = Collections.unmodifiableSortedMap(new TreeMap<>(passedOver));
    }

    /**
     * Looks a folder over, with the checks by which the controller accepts objects.
     *
     * @param environment the controller's variables
     * @throws FolderException when there is no such folder
     * @throws ConfigException when a variable is wrong
     */
    public static Analysis of(Path folder, Environment environment) {
        MeshSettings settings = IstiodLiteConfig.mesh(environment, MeshSettings.DEFAULT.domainSuffix());
        environment.throwIfInvalid();
        ClusterView view = ClusterView.of(FolderSource.read(folder, Reading.CHECKED), FolderSnapshot.EMPTY, Map.of());
        List<Finding> findings = new ArrayList<>();
        view.problems().stream().map(Analysis::error).sorted(BY_PLACE).forEach(findings::add);
        SortedMap<String, Integer> passedOver = new TreeMap<>();
        for (PassedOver object : PassedOver.in(folder)) {
            if (isOfAMesh(object.group()) || object.meant() != null) {
                findings.add(unread(object));
            } else {
                passedOver.merge(object.kind(), 1, Integer::sum);
            }
        }
        AssumedPods pods = AssumedPods.in(view.objects());
        List<Advice> advice = Advisor.about(pods.objects(), settings, AmbientIndex.compute(pods.objects(), settings));
        advice.forEach(each -> findings.add(warning(each)));
        findings.addAll(StatusFindings.of(
                new StandingEngine(settings).apply(pods.objects().all(), List.of()), advice));
        return new Analysis(findings, passedOver);
    }

    private static boolean isOfAMesh(String group) {
        return group.endsWith(".istio.io") || group.startsWith("gateway.networking.");
    }

    private static Finding unread(PassedOver object) {
        Kind meant = object.meant();
        return new Finding(
                Severity.WARNING,
                "KIND_NOT_READ",
                object.name().isEmpty() ? object.kind() : object.kind() + " " + object.name(),
                "kind",
                object.file(),
                object.line(),
                0,
                "is not read: nothing comes of the object",
                meant == null ? "" : "write " + meant.text());
    }

    /** Returns whether there is a finding at least as bad as this. */
    public boolean reaches(Severity severity) {
        return findings.stream().anyMatch(finding -> finding.severity().compareTo(severity) <= 0);
    }

    private static Finding error(Problem problem) {
        return new Finding(
                Severity.ERROR,
                problem.code().name(),
                problem.object(),
                problem.field(),
                problem.file(),
                problem.line(),
                problem.column(),
                problem.reason(),
                problem.remedy());
    }

    private static Finding warning(Advice advice) {
        return new Finding(
                Severity.WARNING,
                advice.code().name(),
                advice.object().toString(),
                advice.field(),
                "",
                0,
                0,
                advice.reason(),
                advice.remedy());
    }
}
