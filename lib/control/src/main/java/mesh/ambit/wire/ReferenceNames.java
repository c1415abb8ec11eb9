package mesh.ambit.wire;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** How upstream's texts name messages and fields, where that is not as our schema does. */
final class ReferenceNames {
    private static final Pattern HUMP = Pattern.compile("(?<=[a-z])(?=[A-Z])");

    private static final Map<String, String> MESSAGES =
            Map.of("istio.security.Group", "Rule", "istio.security.Rules", "Clause");
    private static final Map<String, String> FIELDS =
            Map.of("istio.security.Authorization.groups", "rules", "istio.security.Group.rules", "clauses");

    private ReferenceNames() {}

    /**
     * Returns "Message.field: "; nothing for a field of a message without a name there: an entry of a map, a wrapper of one
     * number, the empty message.
     */
    static Optional<String> place(FieldDescriptor field) {
        Descriptor message = field.getContainingType();
        String file = message.getFile().getPackage();
        if (message.getOptions().getMapEntry()
                || (file.equals("google.protobuf") && !message.getName().equals("Any"))) {
            return Optional.empty();
        }
        return Optional.of(MESSAGES.getOrDefault(message.getFullName(), message.getName()) + "." + name(field) + ": ");
    }

    private static String name(FieldDescriptor field) {
        OneofDescriptor oneof = field.getRealContainingOneof();
        if (oneof != null) {
            return oneof.getName().equals("type") ? "r#type" : oneof.getName();
        }
        String known = FIELDS.get(field.getFullName());
        return known != null
                ? known
                : HUMP.matcher(field.getName()).replaceAll("_").toLowerCase(Locale.ROOT);
    }
}
