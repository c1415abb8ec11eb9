package mesh.ambit.kube;

/** Expressions that tenants write: proxies and gRPC clients run them in RE2, whose time is linear in the text. */
public final class Regexes {
    /** The length that the Gateway API allows for the value of a match. */
    static final int MAX_LENGTH = 1024;

    private Regexes() {}

    /** Returns what is wrong with an expression, empty when nothing is and every RE2 takes it. */
    public static String wrong(String regex) {
        if (regex.length() > MAX_LENGTH) {
            return "is longer than " + MAX_LENGTH + " characters";
        }
        try {
            Re2Syntax.check(regex);
            return "";
        } catch (Re2Syntax.WrongException e) {
            return e.reason();
        }
    }
}
