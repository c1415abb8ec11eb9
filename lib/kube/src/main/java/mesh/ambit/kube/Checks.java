package mesh.ambit.kube;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What an API server would refuse: spelling of names, addresses, ports, and values that are not among those allowed. */
final class Checks {
    static final int MAX_PORT = 65535;

    private static final int MAX_LABEL = 63;
    private static final int MAX_SUBDOMAIN = 253;
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
    private static final Pattern SERVICE_NAME = Pattern.compile("[a-z]([-a-z0-9]*[a-z0-9])?");

    /** What is repeated is possessive: otherwise matching recurses with each repetition, and overflows the stack. */
    private static final Pattern SUBDOMAIN = Pattern.compile(LABEL + "(?:\\." + LABEL + ")*+");

    private static final Pattern INSTANCE_PREFIX = Pattern.compile(
            "[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?)*+");

    private static final Pattern LABEL_NAME = Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?");
    private static final Pattern PORT_NAME = Pattern.compile("(?=.*[a-z])[a-z0-9]([-a-z0-9]*[a-z0-9])?");
    private static final int MAX_PORT_NAME = 15;

    private Checks() {}

    /** Checks a name of letters, digits and hyphens. */
    static void label(Fields fields, String name, String text) {
        if (text.length() > MAX_LABEL || !LABEL.matcher(text).matches()) {
            fields.found(
                    ProblemCode.INVALID_NAME,
                    name,
                    quoted(text) + " is not a name",
                    "expected lower-case letters, digits and inner hyphens, at most 63 characters");
        }
    }

    /** Checks the name of a service, which must not begin with a digit. */
    static void serviceName(Fields fields, String name, String text) {
        if (text.length() > MAX_LABEL || !SERVICE_NAME.matcher(text).matches()) {
            fields.found(
                    ProblemCode.INVALID_NAME,
                    name,
                    quoted(text) + " is not a name for a service",
                    "expected a lower-case letter, then letters, digits and inner hyphens, at most 63 characters");
        }
    }

    /** Checks a name of labels with dots between them. */
    static void subdomain(Fields fields, String name, String text) {
        if (text.length() > MAX_SUBDOMAIN || !SUBDOMAIN.matcher(text).matches()) {
            fields.found(
                    ProblemCode.INVALID_NAME,
                    name,
                    quoted(text) + " is not a name",
                    "expected lower-case letters, digits, inner hyphens and dots, at most 253 characters");
        }
    }

    /** Checks keys and values of labels or of a selector. */
    static void labels(Fields fields, String name, Map<String, String> labels) {
        labels.forEach((key, value) -> {
            if (!isLabelKey(key)) {
                fields.foundEntry(
                        ProblemCode.INVALID_NAME,
                        name,
                        key,
                        quoted(key) + " is not a label key",
                        "expected letters, digits and inner -_. after an optional domain and slash");
            }
            if (!value.isEmpty()
                    && (value.length() > MAX_LABEL || !LABEL_NAME.matcher(value).matches())) {
                fields.foundEntry(
                        ProblemCode.INVALID_VALUE,
                        name,
                        key,
                        quoted(value) + " is not a label value",
                        "expected letters, digits and inner -_. , at most 63 characters");
            }
        });
    }

    /** Checks labels of objects of Istio, whose prefixes may have capitals and whose values may be long. */
    static void instanceLabels(Fields fields, String name, Map<String, String> labels) {
        labels.forEach((key, value) -> {
            int slash = key.indexOf('/');
            boolean isKey = slash < 0
                    ? isLabelKey(key)
                    : slash <= MAX_SUBDOMAIN
                            && INSTANCE_PREFIX.matcher(key.substring(0, slash)).matches()
                            && key.indexOf('/', slash + 1) < 0
                            && isLabelKey(key.substring(slash + 1));
            if (!isKey) {
                fields.foundEntry(ProblemCode.INVALID_NAME, name, key, quoted(key) + " is not a label key", "");
            }
            if (!value.isEmpty() && !LABEL_NAME.matcher(value).matches()) {
                fields.foundEntry(ProblemCode.INVALID_VALUE, name, key, quoted(value) + " is not a label value", "");
            }
        });
    }

    /** Checks the labels of a selector, of which any but wildcards are taken, as by upstream's webhook. */
    static void selector(Fields fields, String name, Map<String, String> labels) {
        labels.forEach((key, value) -> {
            if (key.isEmpty() || key.contains("*") || value.contains("*")) {
                fields.foundEntry(
                        ProblemCode.INVALID_NAME,
                        name,
                        key,
                        key.isEmpty() ? "a label has no name" : "wildcards are not supported in a selector",
                        "write the whole label");
            }
        });
    }

    /** Checks that every item of a list is an IP address. */
    static void addresses(Fields fields, String name, List<String> addresses) {
        for (int i = 0; i < addresses.size(); i++) {
            if (IpText.parse(addresses.get(i)) == null) {
                fields.foundItem(
                        ProblemCode.INVALID_ADDRESS, name, i, quoted(addresses.get(i)) + " is not an IP address", "");
            }
        }
    }

    /** Checks that every item of a list is an IP address or a range. */
    static void ranges(Fields fields, String name, List<String> ranges) {
        for (int i = 0; i < ranges.size(); i++) {
            if (!isRange(ranges.get(i))) {
                fields.foundItem(
                        ProblemCode.INVALID_ADDRESS,
                        name,
                        i,
                        quoted(ranges.get(i)) + " is not an IP address or range",
                        "expected for example 10.0.0.1 or 10.0.0.0/8");
            }
        }
    }

    /** Checks that every item of a list is the number of a port. */
    static void portTexts(Fields fields, String name, List<String> ports) {
        for (int i = 0; i < ports.size(); i++) {
            if (!isPortText(ports.get(i))) {
                fields.foundItem(
                        ProblemCode.INVALID_PORT,
                        name,
                        i,
                        quoted(ports.get(i)) + " is not a port",
                        "expected a number from 0 to 65535");
            }
        }
    }

    /** Checks the number of a port. */
    static void port(Fields fields, String name, int port) {
        if (port < 1 || port > MAX_PORT) {
            fields.found(ProblemCode.INVALID_PORT, name, port + " is not a port", "expected a number from 1 to 65535");
        }
    }

    /** Checks a name such as those of labels: perhaps with a domain and a slash before it. */
    static void qualifiedName(Fields fields, String name, String text) {
        if (!isLabelKey(text)) {
            fields.found(
                    ProblemCode.INVALID_NAME,
                    name,
                    quoted(text) + " is not a name",
                    "expected letters, digits and inner -_. after an optional domain and slash");
        }
    }

    /** Checks the name of a port, which may be empty. */
    static void portName(Fields fields, String name, String text) {
        if (!text.isEmpty()
                && (text.length() > MAX_PORT_NAME
                        || text.contains("--")
                        || !PORT_NAME.matcher(text).matches())) {
            fields.found(
                    ProblemCode.INVALID_NAME,
                    name,
                    quoted(text) + " is not a name for a port",
                    "expected lower-case letters, digits and single inner hyphens, a letter at least, at most 15 characters");
        }
    }

    /** Checks that a text is one of those allowed; empty counts as not given. */
    static void oneOf(Fields fields, String name, String text, Set<String> allowed) {
        if (!text.isEmpty() && !allowed.contains(text)) {
            fields.found(
                    ProblemCode.INVALID_VALUE,
                    name,
                    quoted(text) + " is none of the values allowed",
                    "expected one of "
                            + String.join(", ", allowed.stream().sorted().toList()));
        }
    }

    static boolean isPortText(String text) {
        return text.matches("0*[0-9]{1,5}") && Integer.parseInt(text) <= MAX_PORT;
    }

    /** An address may have a zone, which means nothing to a mesh; one with a length may not. */
    static boolean isRange(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return Hosts.isAddress(text);
        }
        byte[] address = IpText.parse(text.substring(0, slash));
        return address != null && IpText.prefixLength(text.substring(slash + 1), address.length) >= 0;
    }

    /** Returns whether keys, values and numbers of values of a selector are such as labels can have. */
    static boolean isMeaningful(LabelSelector selector) {
        return selector.matchLabels().entrySet().stream()
                        .allMatch(term -> isLabelKey(term.getKey()) && isLabelValue(term.getValue()))
                && selector.requirements().stream()
                        .allMatch(requirement -> isLabelKey(requirement.key())
                                && requirement.values().stream().allMatch(Checks::isLabelValue)
                                && switch (requirement.operator()) {
                                    case IN, NOT_IN -> !requirement.values().isEmpty();
                                    case EXISTS, DOES_NOT_EXIST ->
                                        requirement.values().isEmpty();
                                });
    }

    private static boolean isLabelValue(String value) {
        return value.isEmpty()
                || (value.length() <= MAX_LABEL && LABEL_NAME.matcher(value).matches());
    }

    /** Returns whether a text is the name of a trust domain: labels with dots between, the last of which may be empty. */
    static boolean isTrustDomain(String text) {
        String whole = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        int from = 0;
        for (int dot = whole.indexOf('.'); dot >= 0; dot = whole.indexOf('.', from)) {
            if (!Hosts.isLabel(whole.substring(from, dot))) {
                return false;
            }
            from = dot + 1;
        }
        return Hosts.isLabel(whole.substring(from));
    }

    private static boolean isLabelKey(String key) {
        int slash = key.indexOf('/');
        String name = key.substring(slash + 1);
        boolean prefixHolds = slash < 0
                || (slash <= MAX_SUBDOMAIN
                        && SUBDOMAIN.matcher(key.substring(0, slash)).matches());
        return prefixHolds
                && name.length() <= MAX_LABEL
                && LABEL_NAME.matcher(name).matches();
    }

    private static String quoted(String text) {
        return "\"" + text + "\"";
    }
}
