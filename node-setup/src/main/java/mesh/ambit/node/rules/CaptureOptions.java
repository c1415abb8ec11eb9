package mesh.ambit.node.rules;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What decides which redirection rules a pod gets.
 *
 * @param ipv6 whether IPv6 is captured too
 * @param graceful whether only connections that begin after enrolment are captured; otherwise the first packet of an
 *     older one is redirected as well, which resets it
 * @param bypassInbound whether plaintext that comes in is left alone, as an ingress gateway wants it
 * @param dns whether what goes to port 53 of anybody is led to the proxy's DNS listener
 * @param virtualInterfaces interfaces of guests behind the pod, whose incoming packets are really outbound traffic
 */
public record CaptureOptions(
        boolean ipv6, boolean graceful, boolean bypassInbound, boolean dns, List<String> virtualInterfaces) {
    /** What probes of the kubelet come from, after the host has rewritten them. */
    static final String PROBE_V4 = "169.254.7.127";

    static final String PROBE_V6 = "fd16:9254:7127:1337:ffff:ffff:ffff:ffff";

    /** Names reach the text of a rule, so nothing but what the kernel's own tools use. */
    private static final Pattern INTERFACE = Pattern.compile("[A-Za-z0-9_.-]{1,15}");

    public CaptureOptions {
        virtualInterfaces = List.copyOf(requireNonNull(virtualInterfaces, "virtualInterfaces"));
        for (String name : virtualInterfaces) {
            if (!INTERFACE.matcher(name).matches()) {
                throw new IllegalArgumentException("\"" + name + "\" is not the name of an interface");
            }
        }
    }
}
