package mesh.ambit.headers;

import java.util.List;
import java.util.Set;

/**
 * What one side of a tunnel tells the other about its workload, in the {@code baggage} header. An empty string is an
 * absent entry. Nothing in it is verified: it feeds labels, never a decision.
 *
 * @param workloadType {@code deployment}, {@code cronjob}, {@code pod} or {@code job}: the middle of the workload's key
 */
public record Baggage(
        String clusterName,
        String namespace,
        String workloadType,
        String workloadName,
        String serviceName,
        String serviceVersion,
        String region,
        String zone) {
    /** The header's name. */
    public static final String NAME = "baggage";

    /** Baggage that says nothing. */
    public static final Baggage EMPTY = new Baggage("", "", "", "", "", "", "", "");

    private static final String CLUSTER = "k8s.cluster.name";
    private static final String NAMESPACE = "k8s.namespace.name";
    private static final String SERVICE_NAME = "service.name";
    private static final String SERVICE_VERSION = "service.version";
    private static final String REGION = "cloud.region";
    private static final String ZONE = "cloud.availability_zone";
    private static final String WORKLOAD_PREFIX = "k8s.";
    private static final String WORKLOAD_SUFFIX = ".name";
    private static final Set<String> WORKLOAD_TYPES = Set.of("deployment", "cronjob", "pod", "job");

    /** Names of Kubernetes have 253 characters at most. Labels are kept, and a peer could write what it liked. */
    private static final int MAX_VALUE_CHARACTERS = 256;

    public boolean isEmpty() {
        return equals(EMPTY);
    }

    /**
     * Returns what the header lines say together. Unknown keys and values too long for a name are ignored, a later entry
     * replaces an earlier one, an empty value unsets its key; a line with anything but ASCII makes the whole baggage empty.
     */
    public static Baggage parse(List<String> lines) {
        Baggage baggage = EMPTY;
        for (String line : lines) {
            if (!isAscii(line)) {
                return EMPTY;
            }
            for (String entry : line.split(",", -1)) {
                int equals = entry.indexOf('=');
                if (equals < 0) {
                    continue;
                }
                int second = entry.indexOf('=', equals + 1);
                String value = entry.substring(equals + 1, second < 0 ? entry.length() : second);
                if (value.length() <= MAX_VALUE_CHARACTERS) {
                    baggage = baggage.with(entry.substring(0, equals), value);
                }
            }
        }
        return baggage;
    }

    /** Returns the header's value: entries in their fixed order, joined by commas; empty when there is nothing to say. */
    public String print() {
        StringBuilder text = new StringBuilder(128);
        append(text, CLUSTER, clusterName);
        append(text, NAMESPACE, namespace);
        if (!workloadType.isEmpty()) {
            append(text, WORKLOAD_PREFIX + workloadType + WORKLOAD_SUFFIX, workloadName);
        }
        append(text, SERVICE_NAME, serviceName);
        append(text, SERVICE_VERSION, serviceVersion);
        append(text, REGION, region);
        append(text, ZONE, zone);
        return text.toString();
    }

    private static void append(StringBuilder text, String key, String value) {
        if (!value.isEmpty()) {
            text.append(text.isEmpty() ? "" : ",").append(key).append('=').append(value);
        }
    }

    private Baggage with(String key, String value) {
        return switch (key) {
            case CLUSTER ->
                new Baggage(value, namespace, workloadType, workloadName, serviceName, serviceVersion, region, zone);
            case NAMESPACE ->
                new Baggage(clusterName, value, workloadType, workloadName, serviceName, serviceVersion, region, zone);
            case SERVICE_NAME ->
                new Baggage(clusterName, namespace, workloadType, workloadName, value, serviceVersion, region, zone);
            case SERVICE_VERSION ->
                new Baggage(clusterName, namespace, workloadType, workloadName, serviceName, value, region, zone);
            case REGION ->
                new Baggage(
                        clusterName, namespace, workloadType, workloadName, serviceName, serviceVersion, value, zone);
            case ZONE ->
                new Baggage(
                        clusterName, namespace, workloadType, workloadName, serviceName, serviceVersion, region, value);
            default -> withWorkload(key, value);
        };
    }

    private Baggage withWorkload(String key, String value) {
        int end = key.length() - WORKLOAD_SUFFIX.length();
        if (!key.startsWith(WORKLOAD_PREFIX) || !key.endsWith(WORKLOAD_SUFFIX) || end <= WORKLOAD_PREFIX.length()) {
            return this;
        }
        String type = key.substring(WORKLOAD_PREFIX.length(), end);
        return WORKLOAD_TYPES.contains(type)
                ? new Baggage(clusterName, namespace, type, value, serviceName, serviceVersion, region, zone)
                : this;
    }

    private static boolean isAscii(String line) {
        return line.chars().allMatch(c -> c < 128);
    }
}
