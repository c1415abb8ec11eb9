package mesh.ambit.kube;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mesh.ambit.kube.AuthorizationPolicy.Action;
import mesh.ambit.kube.AuthorizationPolicy.Condition;
import mesh.ambit.kube.AuthorizationPolicy.Operation;
import mesh.ambit.kube.AuthorizationPolicy.Rule;
import mesh.ambit.kube.AuthorizationPolicy.Source;
import mesh.ambit.kube.AuthorizationPolicy.TargetRef;
import mesh.ambit.kube.AuthorizationPolicy.Values;
import mesh.ambit.kube.PeerAuthentication.Mode;
import org.jspecify.annotations.Nullable;

/**
 * Reads the policies of Istio. A misspelled field in a policy would widen or narrow it without a sound, so unknown
 * fields are refused.
 */
final class IstioObjects {
    private static final List<String> ACTIONS = List.of("ALLOW", "DENY", "AUDIT", "CUSTOM");
    private static final List<String> MODES = List.of("UNSET", "DISABLE", "PERMISSIVE", "STRICT");

    private final Reading reading;

    IstioObjects(Reading reading) {
        this.reading = reading;
    }

    private boolean checked() {
        return reading == Reading.CHECKED;
    }

    AuthorizationPolicy authorizationPolicy(Fields object, ObjectMeta meta) {
        Fields spec = object.childOrEmpty("spec");
        WorkloadSelector selector = selector(spec);
        List<TargetRef> targets = new ArrayList<>();
        Fields single = spec.child("targetRef");
        for (Fields target : spec.children("targetRefs")) {
            targets.add(targetRef(target));
        }
        // Of both spellings, which nobody who checks lets pass, the list counts.
        if (single != null && targets.isEmpty()) {
            targets.add(targetRef(single));
        }
        Action action = action(spec);
        Fields provider = spec.child("provider");
        if (provider != null) {
            provider.know("name");
            done(provider);
        }
        List<Rule> rules = new ArrayList<>();
        for (Fields rule : spec.children("rules")) {
            rules.add(rule(rule));
        }
        AuthorizationPolicy read = new AuthorizationPolicy(meta, selector, targets, action, rules);
        if (checked()) {
            PolicyChecks.policy(spec, read, provider != null);
        }
        done(spec);
        return read;
    }

    private Action action(Fields spec) {
        String text = checked() ? spec.text("action") : spec.word("action", ACTIONS);
        if (text.isEmpty()) {
            return Action.ALLOW;
        }
        for (Action action : Action.values()) {
            if (action.name().equals(text)) {
                return action;
            }
        }
        spec.found(
                ProblemCode.INVALID_VALUE,
                "action",
                "\"" + text + "\" is no action",
                "expected one of ALLOW, AUDIT, CUSTOM, DENY");
        return Action.ALLOW;
    }

    private Rule rule(Fields rule) {
        List<Source> from = new ArrayList<>();
        for (Fields entry : rule.children("from")) {
            from.add(source(entry.childOrEmpty("source")));
            done(entry);
        }
        List<Operation> to = new ArrayList<>();
        for (Fields entry : rule.children("to")) {
            to.add(operation(entry.childOrEmpty("operation")));
            done(entry);
        }
        List<Condition> when = new ArrayList<>();
        for (Fields entry : rule.children("when")) {
            when.add(condition(entry));
        }
        Rule read = new Rule(from, to, when);
        if (checked()) {
            PolicyChecks.rule(rule, read);
        }
        done(rule);
        return read;
    }

    private Source source(Fields source) {
        Source read = new Source(
                values(source, "principals", "notPrincipals"),
                values(source, "requestPrincipals", "notRequestPrincipals"),
                values(source, "namespaces", "notNamespaces"),
                values(source, "serviceAccounts", "notServiceAccounts"),
                values(source, "ipBlocks", "notIpBlocks"),
                values(source, "remoteIpBlocks", "notRemoteIpBlocks"),
                values(source, "trustDomains", "notTrustDomains"));
        if (checked()) {
            PolicyChecks.source(source, read);
        }
        done(source);
        return read;
    }

    private Operation operation(Fields operation) {
        Operation read = new Operation(
                values(operation, "hosts", "notHosts"),
                values(operation, "ports", "notPorts"),
                values(operation, "methods", "notMethods"),
                values(operation, "paths", "notPaths"));
        if (checked()) {
            PolicyChecks.operation(operation, read);
        }
        done(operation);
        return read;
    }

    private Condition condition(Fields fields) {
        Condition read = new Condition(fields.text("key"), values(fields, "values", "notValues"));
        if (checked()) {
            PolicyChecks.condition(fields, read);
        }
        done(fields);
        return read;
    }

    private static Values values(Fields fields, String any, String none) {
        return new Values(fields.textList(any), fields.textList(none));
    }

    private TargetRef targetRef(Fields target) {
        TargetRef read =
                new TargetRef(target.text("group"), target.text("kind"), target.text("namespace"), target.text("name"));
        if (checked()) {
            PolicyChecks.target(target, read);
        }
        done(target);
        return read;
    }

    PeerAuthentication peerAuthentication(Fields object, ObjectMeta meta) {
        Fields spec = object.childOrEmpty("spec");
        WorkloadSelector selector = selector(spec);
        Fields mtls = spec.childOrEmpty("mtls");
        Mode mode = mode(mtls);
        done(mtls);
        Map<Integer, Mode> ports = new HashMap<>();
        Fields portLevel = spec.childOrEmpty("portLevelMtls");
        for (String port : portLevel.names()) {
            Fields portMtls = portLevel.childOrEmpty(port);
            Mode portMode = mode(portMtls);
            done(portMtls);
            Integer number = port(port);
            if (number != null) {
                ports.put(number, portMode);
            } else {
                portLevel.found(
                        ProblemCode.INVALID_PORT,
                        port,
                        "\"" + port + "\" is not a port",
                        "expected a number from 1 to 65535");
            }
        }
        if (checked() && spec.has("portLevelMtls") && portLevel.names().isEmpty()) {
            spec.found(ProblemCode.MISSING_FIELD, "portLevelMtls", "names no port", "remove it");
        }
        if (checked()
                && !ports.isEmpty()
                && (selector == null || selector.matchLabels().isEmpty())) {
            spec.found(
                    ProblemCode.CONFLICTING_FIELDS,
                    "portLevelMtls",
                    "has no effect without a selector",
                    "select the workloads whose ports are meant");
        }
        done(spec);
        return new PeerAuthentication(meta, selector, mode, ports);
    }

    /** Returns a port; a store that nobody guards holds any number of 32 bits, and clients can be told of it. */
    private @Nullable Integer port(String text) {
        if (checked()) {
            return !text.startsWith("0") && Checks.isPortText(text) ? Integer.valueOf(text) : null;
        }
        String digits = Spelling.wholeNumber(text);
        try {
            return digits == null || digits.startsWith("-") ? null : Integer.parseUnsignedInt(digits);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private Mode mode(Fields mtls) {
        String text = checked() ? mtls.text("mode") : mtls.word("mode", MODES);
        if (text.isEmpty()) {
            return Mode.UNSET;
        }
        for (Mode mode : Mode.values()) {
            if (mode.name().equals(text)) {
                return mode;
            }
        }
        if (!checked() && mtls.isNumber("mode")) {
            // One of the future: what is not known asks for nothing, and leaves in force what is.
            return Mode.UNSET;
        }
        mtls.found(
                ProblemCode.INVALID_VALUE,
                "mode",
                "\"" + text + "\" is no mode",
                "expected one of DISABLE, PERMISSIVE, STRICT, UNSET");
        return Mode.UNSET;
    }

    private @Nullable WorkloadSelector selector(Fields spec) {
        Fields selector = spec.child("selector");
        if (selector == null) {
            return null;
        }
        Map<String, String> labels = selector.texts("matchLabels");
        if (checked()) {
            Checks.selector(selector, "matchLabels", labels);
        }
        done(selector);
        return new WorkloadSelector(labels);
    }

    private void done(Fields fields) {
        if (checked()) {
            fields.refuseUnknown();
        }
    }
}
