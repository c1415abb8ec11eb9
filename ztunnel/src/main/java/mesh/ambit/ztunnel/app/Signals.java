package mesh.ambit.ztunnel.app;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls a program of ours when somebody signals it to end. The class behind this is exported by {@code jdk.unsupported}
 * for good, yet the compiler warns of its name; a shutdown hook would do without it, but could not end with 0.
 */
final class Signals {
    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

    private Signals() {}

    /** Has {@code action} called, on a thread of the JVM's, each time the signal {@code name} comes. */
    static void handle(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            InvocationHandler call = (proxy, method, arguments) -> answer(proxy, method, arguments, action);
            Object proxy = Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {handler}, call);
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
        } catch (ReflectiveOperationException e) {
            LOG.warn("SIG{} ends this program without a drain", name, e);
        }
    }

    @SuppressWarnings("ReferenceEquality") // A handler is equal to itself alone.
    private static Object answer(Object proxy, Method method, Object[] arguments, Runnable action) {
        return switch (method.getName()) {
            case "handle" -> {
                action.run();
                yield 0;
            }
            case "equals" -> arguments[0] == proxy;
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "signal handler";
        };
    }
}
