package mesh.ambit.kube;

import java.time.DateTimeException;
import java.time.Instant;
import mesh.ambit.kube.YamlValue.Scalar;
import mesh.ambit.kube.YamlValue.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Reads single values as what they should be. Each method returns null for a value that is something else, which is a
 * finding then; {@code field} is the full name under which a person finds the value.
 */
final class ScalarReader {
    private final Findings findings;

    ScalarReader(Findings findings) {
        this.findings = findings;
    }

    @Nullable
    String text(YamlValue value, String field) {
        if (value instanceof Scalar scalar) {
            if (scalar.type() == ScalarType.TEXT) {
                return scalar.text();
            }
            if (scalar.type() != ScalarType.NULL) {
                findings.add(
                        ProblemCode.WRONG_TYPE,
                        value,
                        field,
                        value.description() + " stands where a text belongs",
                        "put it in quotes: \"" + scalar.text() + "\"");
                return null;
            }
        }
        wrongType(value, field, "a text");
        return null;
    }

    @Nullable
    Boolean flag(YamlValue value, String field) {
        if (value instanceof Scalar scalar && scalar.type() == ScalarType.BOOLEAN) {
            return scalar.text().equalsIgnoreCase("true");
        }
        wrongType(value, field, "true or false");
        return null;
    }

    /** Reads a whole number of 32 bits with a sign. */
    @Nullable
    Integer integer(YamlValue value, String field) {
        if (!(value instanceof Scalar scalar) || !isInteger(scalar)) {
            wrongType(value, field, "a whole number");
            return null;
        }
        String text = scalar.text();
        try {
            return switch (text.substring(0, Math.min(2, text.length()))) {
                case "0x" -> Integer.valueOf(text.substring(2), 16);
                case "0o" -> Integer.valueOf(text.substring(2), 8);
                default -> Integer.valueOf(text);
            };
        } catch (NumberFormatException e) {
            findings.add(ProblemCode.INVALID_VALUE, scalar, field, "the number " + text + " is too large", "");
            return null;
        }
    }

    /** Reads a whole number of 32 bits without a sign; the upper half is returned as negative numbers. */
    @Nullable
    Integer unsigned(YamlValue value, String field) {
        if (!(value instanceof Scalar scalar)
                || !isInteger(scalar)
                || !scalar.text().matches("-?[0-9]+")) {
            return integer(value, field);
        }
        try {
            return Integer.parseUnsignedInt(scalar.text());
        } catch (NumberFormatException e) {
            findings.add(
                    ProblemCode.INVALID_VALUE,
                    value,
                    field,
                    scalar.text() + " is out of range",
                    "expected 0 to 4294967295");
            return null;
        }
    }

    /** Reads a finite number. */
    @Nullable
    Double decimal(YamlValue value, String field) {
        if (value instanceof Scalar scalar
                && (scalar.type() == ScalarType.INTEGER || scalar.type() == ScalarType.DECIMAL)) {
            try {
                double number = Double.parseDouble(scalar.text());
                if (Double.isFinite(number)) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // Said below.
            }
        }
        wrongType(value, field, "a number");
        return null;
    }

    @Nullable
    Instant time(YamlValue value, String field) {
        String text = text(value, field);
        if (text == null) {
            return null;
        }
        try {
            return Times.parse(text);
        } catch (DateTimeException e) {
            findings.add(
                    ProblemCode.INVALID_VALUE,
                    value,
                    field,
                    "\"" + text + "\" is not a time",
                    "expected for example 2026-11-21T10:00:00Z");
            return null;
        }
    }

    /** Adds the finding that {@code value} is not what belongs there. */
    void wrongType(YamlValue value, String field, String expected) {
        findings.add(
                ProblemCode.WRONG_TYPE,
                value,
                field,
                value.description() + " stands where " + expected + " belongs",
                "");
    }

    static boolean isInteger(@Nullable YamlValue value) {
        return value instanceof Scalar scalar && scalar.type() == ScalarType.INTEGER;
    }
}
