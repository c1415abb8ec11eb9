package mesh.ambit.kube;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import mesh.ambit.kube.YamlValue.Mapping;
import mesh.ambit.kube.YamlValue.Position;
import mesh.ambit.kube.YamlValue.Scalar;
import mesh.ambit.kube.YamlValue.ScalarType;
import mesh.ambit.kube.YamlValue.Sequence;
import mesh.ambit.kube.cel.CelException;
import mesh.ambit.kube.cel.CelRule;

/**
 * Holds values against schemas, as an API server does before it stores an object, except that fields which are not known
 * are refused where the server would drop them. Values have their defaults already.
 */
final class SchemaCheck {
    private static final Pattern BASE64 =
            Pattern.compile("(?=.)(?:[A-Za-z0-9+/]{4})*+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?");

    private final Findings findings;

    SchemaCheck(Findings findings) {
        this.findings = findings;
    }

    /** Checks the specification of an object. Adds nothing about what has a finding already. */
    static void object(Mapping object, Schema schema, Findings findings) {
        Map<String, Schema> fields = schema.fields();
        Schema spec = fields == null ? null : fields.get("spec");
        YamlValue given = object.find("spec");
        if (spec == null) {
            return;
        }
        if (given != null) {
            new SchemaCheck(findings).value(SchemaDefaults.fill(given, spec), spec, "spec");
        } else if (schema.required().contains("spec")) {
            findings.add(ProblemCode.MISSING_FIELD, object, "spec", "must be there", "");
        }
    }

    private void value(YamlValue value, Schema schema, String field) {
        boolean sound = switch (value) {
            case Mapping mapping -> type(schema, "object", value, field) && mapping(mapping, schema, field);
            case Sequence list -> type(schema, "array", value, field) && sequence(list, schema, field);
            case Scalar scalar -> scalar(scalar, schema, field);
        };
        if (!sound) {
            return;
        }
        combinations(value, schema, field);
        for (CelRule rule : schema.rules()) {
            rule(rule, value, field);
        }
    }

    private boolean type(Schema schema, String type, YamlValue value, String field) {
        boolean same = schema.type().isEmpty() || schema.type().equals(type);
        if (!same) {
            findings.add(
                    ProblemCode.WRONG_TYPE,
                    value,
                    field,
                    value.description() + " stands where " + expected(schema) + " belongs",
                    "");
        }
        return same;
    }

    private static String expected(Schema schema) {
        return switch (schema.type()) {
            case "object" -> "a mapping";
            case "array" -> "a list";
            case "integer" -> "a whole number";
            case "number" -> "a number";
            case "boolean" -> "true or false";
            default -> "a text";
        };
    }

    private boolean mapping(Mapping mapping, Schema schema, String field) {
        for (String required : schema.required()) {
            if (mapping.find(required) == null) {
                findings.add(ProblemCode.MISSING_FIELD, mapping, field + "." + required, "must be there", "");
            }
        }
        Map<String, Schema> known = schema.fields();
        Schema values = schema.values();
        mapping.entries().forEach((name, below) -> {
            boolean isNull = below instanceof Scalar scalar && scalar.type() == ScalarType.NULL;
            Schema of = known == null ? null : known.get(name);
            if (of != null && !isNull) {
                value(below, of, field + "." + name);
            } else if (values != null && !isNull) {
                value(below, values, field + "[" + name + "]");
            } else if (of == null && values == null && known != null && !schema.open()) {
                Position at = mapping.keys().getOrDefault(name, new Position(below.line(), below.column()));
                findings.add(
                        ProblemCode.UNKNOWN_FIELD,
                        at.line(),
                        at.column(),
                        field + "." + name,
                        "there is no such field",
                        "known here: " + String.join(", ", known.keySet()));
            }
        });
        return size(mapping.entries().size(), "entries", mapping, schema, field);
    }

    private boolean sequence(Sequence list, Schema schema, String field) {
        if (!size(list.items().size(), "items", list, schema, field)) {
            return false;
        }
        Set<Object> seen = new HashSet<>();
        for (int i = 0; i < list.items().size(); i++) {
            YamlValue item = list.items().get(i);
            String place = field + "[" + i + "]";
            if (schema.items() != null) {
                value(item, schema.items(), place);
            }
            if ((schema.set() || !schema.listKeys().isEmpty()) && !seen.add(identity(item, schema.listKeys()))) {
                String keys = schema.listKeys().isEmpty() ? "" : " (" + String.join(", ", schema.listKeys()) + ")";
                findings.add(ProblemCode.INVALID_VALUE, item, place, "is there twice" + keys, "remove one");
            }
        }
        return true;
    }

    private static Object identity(YamlValue item, List<String> keys) {
        Object value = SchemaDefaults.plain(item);
        if (keys.isEmpty() || !(value instanceof Map<?, ?> map)) {
            return value;
        }
        return keys.stream()
                .<Object>map(key -> Objects.requireNonNullElse(map.get(key), ""))
                .toList();
    }

    private boolean scalar(Scalar scalar, Schema schema, String field) {
        boolean fits = switch (schema.type()) {
            case "string" -> scalar.type() == ScalarType.TEXT;
            case "integer" -> scalar.type() == ScalarType.INTEGER;
            case "number" -> scalar.type() == ScalarType.INTEGER || scalar.type() == ScalarType.DECIMAL;
            case "boolean" -> scalar.type() == ScalarType.BOOLEAN;
            case "" -> !schema.intOrString() || scalar.type() == ScalarType.INTEGER || scalar.type() == ScalarType.TEXT;
            default -> false;
        };
        if (!fits) {
            String text = scalar.type() == ScalarType.TEXT ? "" : "put it in quotes: \"" + scalar.text() + "\"";
            findings.add(
                    ProblemCode.WRONG_TYPE,
                    scalar,
                    field,
                    scalar.description() + " stands where " + expected(schema) + " belongs",
                    schema.type().equals("string") ? text : "");
            return false;
        }
        if (!schema.allowed().isEmpty() && !schema.allowed().contains(scalar.text())) {
            findings.add(
                    ProblemCode.INVALID_VALUE,
                    scalar,
                    field,
                    "\"" + shortened(scalar.text()) + "\" is none of the values allowed",
                    "expected one of " + String.join(", ", schema.allowed()));
            return false;
        }
        return scalar.type() == ScalarType.TEXT ? text(scalar, schema, field) : number(scalar, schema, field);
    }

    private boolean text(Scalar scalar, Schema schema, String field) {
        String text = scalar.text();
        // A text that is too long is not matched: the time of a match is limited by the length.
        if (!size(text.codePointCount(0, text.length()), "characters", scalar, schema, field)) {
            return false;
        }
        if (schema.pattern() != null
                && (text.length() > SchemaDefaults.LONGEST_MATCHED
                        || !schema.pattern().matcher(text).find())) {
            findings.add(
                    ProblemCode.INVALID_VALUE,
                    scalar,
                    field,
                    "\"" + shortened(text) + "\" is not spelled as it must be",
                    "expected to match " + schema.pattern());
            return false;
        }
        if (!hasFormat(text, schema.format())) {
            findings.add(
                    ProblemCode.INVALID_VALUE,
                    scalar,
                    field,
                    "\"" + shortened(text) + "\" is not spelled as it must be",
                    schema.format().equals("byte") ? "expected bytes in base 64" : "expected " + schema.format());
            return false;
        }
        return true;
    }

    private static boolean hasFormat(String text, String format) {
        return switch (format) {
            case "byte" -> BASE64.matcher(text).matches();
            case "ipv4" -> IpText.parse(text) != null && text.indexOf('.') >= 0;
            case "ipv6" -> IpText.isV6(text);
            default -> true;
        };
    }

    private boolean number(Scalar scalar, Schema schema, String field) {
        Double minimum = schema.limits().minimum();
        Double maximum = schema.limits().maximum();
        Object number = SchemaDefaults.plain(scalar);
        double value = number instanceof Number n ? n.doubleValue() : 0;
        boolean within = (minimum == null || value >= minimum) && (maximum == null || value <= maximum);
        if (!within) {
            findings.add(
                    ProblemCode.INVALID_VALUE,
                    scalar,
                    field,
                    scalar.text() + " is out of range",
                    "expected " + (minimum == null ? "" : "at least " + whole(minimum))
                            + (minimum == null || maximum == null ? "" : " and ")
                            + (maximum == null ? "" : "at most " + whole(maximum)));
        }
        return within;
    }

    private static String whole(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }

    private boolean size(int size, String unit, YamlValue at, Schema schema, String field) {
        int least = schema.limits().least();
        int most = schema.limits().most();
        if (size < least) {
            findings.add(ProblemCode.MISSING_FIELD, at, field, size + " " + unit, "expected at least " + least);
        } else if (size > most) {
            findings.add(ProblemCode.TOO_LARGE, at, field, size + " " + unit, "expected at most " + most);
        }
        return size >= least && size <= most;
    }

    private void combinations(YamlValue value, Schema schema, String field) {
        boolean all = schema.allOf().stream().allMatch(each -> fits(value, each));
        boolean any = schema.anyOf().isEmpty() || schema.anyOf().stream().anyMatch(each -> fits(value, each));
        long one = schema.oneOf().stream().filter(each -> fits(value, each)).count();
        boolean not = schema.not() == null || !fits(value, schema.not());
        if ((!all || !any || !not || (!schema.oneOf().isEmpty() && one != 1)) && findings.isEmptyWithin(field)) {
            Set<String> names = new HashSet<>();
            schema.oneOf().forEach(each -> names.addAll(each.required()));
            schema.anyOf().forEach(each -> names.addAll(each.required()));
            findings.add(
                    ProblemCode.CONFLICTING_FIELDS,
                    value,
                    field,
                    "fields that exclude each other, or that need each other",
                    names.isEmpty()
                            ? ""
                            : "use one of "
                                    + String.join(", ", names.stream().sorted().toList()));
        }
    }

    private static boolean fits(YamlValue value, Schema schema) {
        Findings apart = new Findings();
        new SchemaCheck(apart).value(value, schema.opened(), "");
        return apart.isEmpty();
    }

    private void rule(CelRule rule, YamlValue value, String field) {
        if (!findings.isEmptyWithin(field)) {
            return;
        }
        String trouble;
        try {
            if (rule.holds(SchemaDefaults.plain(value))) {
                return;
            }
            trouble = "";
        } catch (CelException | ArithmeticException e) {
            trouble = ": " + e.getMessage();
        }
        findings.add(ProblemCode.CONFLICTING_FIELDS, value, field, RuleTexts.of(rule) + trouble, "");
    }

    private static String shortened(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "…";
    }
}
