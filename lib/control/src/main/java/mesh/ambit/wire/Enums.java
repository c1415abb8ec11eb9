package mesh.ambit.wire;

/** Enums whose order in the model is the wire's. */
final class Enums {
    private Enums() {}

    /** Returns the constant with the number {@code number}; an unknown one rejects the resource. */
    static <E extends Enum<E>> E require(E[] constants, int number) {
        if (number < 0 || number >= constants.length) {
            throw RejectedResource.unknownEnum(number);
        }
        return constants[number];
    }

    /** Returns the constant with the number {@code number}; an unknown one is {@code fallback}. */
    static <E extends Enum<E>> E orElse(E[] constants, int number, E fallback) {
        return number < 0 || number >= constants.length ? fallback : constants[number];
    }

    /** Returns the wire's number of {@code constant}. */
    @SuppressWarnings("EnumOrdinal") // The order is part of the contract of these enums.
    static int number(Enum<?> constant) {
        return constant.ordinal();
    }
}
