package mesh.ambit.istiod.issuer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The stored form of {@link AuthorityState}: under the reference's names what the reference would read, so that either
 * can take over from the other; the rest under names of ours.
 */
final class StateCodec {
    static final String CERTIFICATE = "ca-cert.pem";
    static final String KEY = "ca-key.pem";
    static final String OTHER_CERTIFICATE = "ambit-other-cert.pem";
    static final String OTHER_KEY = "ambit-other-key.pem";
    static final String STATE = "ambit-state.json";

    private static final int MAX_EPOCHS = 1_000;

    private StateCodec() {}

    /** Returns the texts that are stored for {@code state}. */
    static Map<String, String> write(AuthorityState state) {
        Map<String, String> data = new TreeMap<>();
        data.put(CERTIFICATE, Pem.of(state.active().certificate()));
        data.put(KEY, Pem.of(state.active().key()));
        data.put("cert-chain.pem", "");
        data.put("key.pem", "");
        StringBuilder bundle = new StringBuilder();
        state.trusted().forEach(root -> bundle.append(Pem.of(root.certificate())));
        data.put("root-cert.pem", bundle.toString());
        Root other = state.other();
        if (other != null) {
            data.put(OTHER_CERTIFICATE, Pem.of(other.certificate()));
            data.put(OTHER_KEY, Pem.of(other.key()));
        }
        JsonObject json = new JsonObject();
        json.addProperty("active", state.active().keyId());
        json.addProperty("stage", state.stage().name());
        JsonArray epochs = new JsonArray();
        state.epochs().forEach(epoch -> epochs.add(write(epoch)));
        json.add("epochs", epochs);
        data.put(STATE, json.toString());
        return data;
    }

    private static JsonObject write(Epoch epoch) {
        JsonObject json = new JsonObject();
        json.addProperty("generation", epoch.generation());
        json.addProperty("since", epoch.since().toString());
        json.addProperty("until", epoch.until().toString());
        json.addProperty("signer", epoch.signer());
        JsonArray trusted = new JsonArray();
        epoch.trusted().stream().sorted().forEach(trusted::add);
        json.add("trusted", trusted);
        return json;
    }

    /**
     * Returns the state in {@code data}. Where somebody else wrote it, or has replaced the root under our records, what
     * we knew of the past does not apply, and the state begins anew.
     *
     * @throws IssuerException naming {@code origin} and what is missing or damaged
     */
    static AuthorityState read(Map<String, String> data, String origin, Instant now) {
        Root active = root(data, CERTIFICATE, KEY, origin);
        String json = data.get(STATE);
        if (json == null || json.isBlank()) {
            return AuthorityState.steady(active, now);
        }
        try {
            JsonObject state = JsonParser.parseString(json).getAsJsonObject();
            if (!active.keyId().equals(state.get("active").getAsString())) {
                return AuthorityState.steady(active, now);
            }
            Stage stage = Stage.valueOf(state.get("stage").getAsString());
            @Nullable Root other = stage == Stage.STEADY ? null : root(data, OTHER_CERTIFICATE, OTHER_KEY, origin);
            List<Epoch> epochs = new ArrayList<>();
            for (JsonElement each : state.getAsJsonArray("epochs")) {
                epochs.add(epoch(each.getAsJsonObject()));
            }
            if (epochs.size() > MAX_EPOCHS) {
                throw new IssuerException(origin + ": " + STATE + " has " + epochs.size() + " epochs");
            }
            return new AuthorityState(active, other, stage, epochs);
        } catch (JsonParseException
                | IllegalStateException
                | IllegalArgumentException
                | NullPointerException
                | ClassCastException
                | UnsupportedOperationException
                | DateTimeException e) {
            throw new IssuerException(
                    origin + ": " + STATE + " is damaged (" + e.getMessage()
                            + "); restore it, or remove this entry to begin anew with the root that signs",
                    e);
        }
    }

    private static Epoch epoch(JsonObject json) {
        Set<String> trusted = new LinkedHashSet<>();
        json.getAsJsonArray("trusted").forEach(id -> trusted.add(id.getAsString()));
        return new Epoch(
                json.get("generation").getAsInt(),
                Instant.parse(json.get("since").getAsString()),
                Instant.parse(json.get("until").getAsString()),
                json.get("signer").getAsString(),
                trusted);
    }

    private static Root root(Map<String, String> data, String certificate, String key, String origin) {
        for (String name : List.of(certificate, key)) {
            if (data.getOrDefault(name, "").isBlank()) {
                throw new IssuerException(origin + ": " + name + " is missing");
            }
        }
        return new Root(
                Pem.parseKey(data.getOrDefault(key, ""), origin + " " + key),
                Pem.parseCertificate(data.getOrDefault(certificate, ""), origin + " " + certificate));
    }
}
