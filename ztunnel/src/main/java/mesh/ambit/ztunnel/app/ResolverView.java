package mesh.ambit.ztunnel.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mesh.ambit.ztunnel.dns.ResolvConf;
import org.jspecify.annotations.Nullable;

/** The process's resolver as the configuration dump shows it: servers and search domains of {@code /etc/resolv.conf}. */
final class ResolverView {
    private static final int DNS = 53;

    private ResolverView() {}

    static Map<String, @Nullable Object> ofThisMachine(boolean ipv6) {
        List<String> lines;
        try {
            lines = Files.readAllLines(ResolvConf.SYSTEM, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            lines = List.of();
        }
        return of(lines, ipv6);
    }

    /** Returns {@code dnsResolverCfg} and {@code dnsResolverOpts}. */
    static Map<String, @Nullable Object> of(List<String> lines, boolean ipv6) {
        List<Object> servers = new ArrayList<>();
        List<String> search = new ArrayList<>();
        Map<String, Integer> tuning = new TreeMap<>(Map.of("ndots", 1, "timeout", 5, "attempts", 2));
        for (String line : lines) {
            String[] words = line.strip().split("\\s+");
            if (words.length > 1 && words[0].equals("nameserver")) {
                servers.add(server(words[1]));
            } else if (words.length > 1 && (words[0].equals("search") || words[0].equals("domain"))) {
                search.clear();
                search.addAll(List.of(words).subList(1, words.length));
            } else if (words[0].equals("options")) {
                List.of(words).forEach(word -> tune(word, tuning));
            }
        }
        Map<String, @Nullable Object> resolver = new LinkedHashMap<>();
        resolver.put("domain", null);
        resolver.put("search", search);
        resolver.put("name_servers", servers);
        Map<String, @Nullable Object> options = new LinkedHashMap<>();
        options.putAll(tuning);
        options.put("ip_strategy", ipv6 ? "Ipv4AndIpv6" : "Ipv4Only");
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("dnsResolverCfg", resolver);
        map.put("dnsResolverOpts", options);
        return map;
    }

    /** Takes over {@code option:number}, for the options that are shown. */
    private static void tune(String word, Map<String, Integer> tuning) {
        int colon = word.indexOf(':');
        if (colon < 0) {
            return;
        }
        try {
            int value = Integer.parseInt(word.substring(colon + 1));
            tuning.computeIfPresent(word.substring(0, colon), (_, _) -> value);
        } catch (NumberFormatException e) {
            // Resolvers skip what they do not understand, and so does who shows their configuration.
        }
    }

    private static Map<String, @Nullable Object> server(String address) {
        List<Object> connections = new ArrayList<>();
        for (String protocol : List.of("udp", "tcp")) {
            Map<String, @Nullable Object> connection = new LinkedHashMap<>();
            connection.put("port", DNS);
            connection.put("protocol", Map.of("type", protocol));
            connection.put("bind_addr", null);
            connections.add(connection);
        }
        Map<String, @Nullable Object> server = new LinkedHashMap<>();
        server.put("ip", address);
        server.put("trust_negative_responses", true);
        server.put("connections", connections);
        return server;
    }
}
