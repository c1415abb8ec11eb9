package mesh.ambit.kube.cel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import mesh.ambit.kube.cel.Node.Scope;

/** What the signs and quantifiers of expressions mean. */
final class Operators {
    private Operators() {}

    /** True if either side is, even when the other has no value. */
    static Node or(Node left, Node right) {
        return scope -> {
            try {
                if (left.holds(scope)) {
                    return true;
                }
            } catch (CelException e) {
                if (right.holds(scope)) {
                    return true;
                }
                throw e;
            }
            return right.holds(scope);
        };
    }

    /** False if either side is, even when the other has no value. */
    static Node and(Node left, Node right) {
        return scope -> {
            try {
                if (!left.holds(scope)) {
                    return false;
                }
            } catch (CelException e) {
                if (!right.holds(scope)) {
                    return false;
                }
                throw e;
            }
            return right.holds(scope);
        };
    }

    static Node compare(String sign, Node left, Node right) {
        return scope -> {
            Object a = left.value(scope);
            Object b = right.value(scope);
            return switch (sign) {
                case "==" -> equal(a, b);
                case "!=" -> !equal(a, b);
                case "<" -> order(a, b) < 0;
                case "<=" -> order(a, b) <= 0;
                case ">" -> order(a, b) > 0;
                default -> order(a, b) >= 0;
            };
        };
    }

    private static boolean equal(Object a, Object b) {
        return (a instanceof Number x && b instanceof Number y)
                ? Double.compare(x.doubleValue(), y.doubleValue()) == 0
                : Objects.equals(a, b);
    }

    private static int order(Object a, Object b) {
        if (a instanceof Number x && b instanceof Number y) {
            return Double.compare(x.doubleValue(), y.doubleValue());
        }
        if (a instanceof Duration x && b instanceof Duration y) {
            return x.compareTo(y);
        }
        if (a instanceof String x && b instanceof String y) {
            return x.compareTo(y);
        }
        throw new CelException("not to be compared");
    }

    static Node in(Node item, Node list) {
        return scope -> {
            Object wanted = item.value(scope);
            for (Object each : items(list.value(scope))) {
                scope.budget().spend();
                if (equal(each, wanted)) {
                    return true;
                }
            }
            return false;
        };
    }

    static Node add(Node left, Node right) {
        return scope -> {
            Object a = left.value(scope);
            Object b = right.value(scope);
            if (a instanceof Long x && b instanceof Long y) {
                try {
                    return Math.addExact(x, y);
                } catch (ArithmeticException e) {
                    throw new CelException("a sum that is too large");
                }
            }
            if (a instanceof String x && b instanceof String y) {
                return x + y;
            }
            throw new CelException("not to be added");
        };
    }

    static Node field(Node owner, String name) {
        String key = unescaped(name);
        return scope -> {
            Object value = owner.value(scope) instanceof Map<?, ?> map ? map.get(key) : null;
            if (value == null) {
                throw new CelException("no such key: " + key);
            }
            return value;
        };
    }

    static Node has(Node owner, String name) {
        String key = unescaped(name);
        return scope -> owner.value(scope) instanceof Map<?, ?> map && map.get(key) != null;
    }

    /** Names that are words of the language stand between underscores. */
    private static String unescaped(String name) {
        return name.length() > 4 && name.startsWith("__") && name.endsWith("__")
                ? name.substring(2, name.length() - 2)
                : name;
    }

    static Node item(Node owner, Node index) {
        return scope -> {
            Object of = owner.value(scope);
            Object at = index.value(scope);
            if (of instanceof List<?> list && at instanceof Long i && i >= 0 && i < list.size()) {
                return Objects.requireNonNull(list.get(i.intValue()));
            }
            Object value = of instanceof Map<?, ?> map ? map.get(at) : null;
            if (value == null) {
                throw new CelException("no such item");
            }
            return value;
        };
    }

    /** Quantifiers over the items of a list or the keys of a map. */
    static Node macro(String name, Node list, String variable, Node body) {
        return scope -> {
            Collection<?> items = items(list.value(scope));
            return switch (name) {
                case "all" -> all(items, variable, body, scope);
                case "exists" -> !all(items, variable, inner -> !body.holds(inner), scope);
                case "exists_one" -> matching(items, variable, body, scope).size() == 1;
                default -> matching(items, variable, body, scope);
            };
        };
    }

    /** One item for which it does not hold decides, even when it has no value for others. */
    private static boolean all(Collection<?> items, String variable, Node body, Scope scope) {
        CelException without = null;
        for (Object item : items) {
            try {
                if (!body.holds(scope.with(variable, item))) {
                    return false;
                }
            } catch (CelException e) {
                without = e;
            }
        }
        if (without != null) {
            throw without;
        }
        return true;
    }

    private static List<Object> matching(Collection<?> items, String variable, Node body, Scope scope) {
        List<Object> matching = new ArrayList<>();
        for (Object item : items) {
            if (body.holds(scope.with(variable, item))) {
                matching.add(item);
            }
        }
        return matching;
    }

    static Collection<?> items(Object value) {
        return switch (value) {
            case List<?> list -> list;
            case Map<?, ?> map -> map.keySet();
            default -> throw new CelException("neither a list nor a map");
        };
    }
}
