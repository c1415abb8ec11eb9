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
        String domain = null;
        boolean edns0 = false;
        Map<String, Integer> tuning = new TreeMap<>(Map.of("ndots", 1, "timeout", 5, "attempts", 2));
        for (String line : lines) {
            String[] words = line.strip().split("\\s+");
            if (words.length > 1 && words[0].equals("nameserver")) {
                servers.add(server(words[1]));
            } else if (words.length > 1 && (words[0].equals("search") || words[0].equals("domain"))) {
                search.clear();
                search.addAll(List.of(words).subList(1, words.length));
                domain = words[0].equals("domain") ? words[1] : domain;
            } else if (words[0].equals("options")) {
                List.of(words).forEach(word -> tune(word, tuning));
                edns0 |= List.of(words).contains("edns0");
            }
        }
        Map<String, @Nullable Object> resolver = new LinkedHashMap<>();
        resolver.put("domain", domain);
        resolver.put("search", search);
        resolver.put("name_servers", servers);
        Map<String, @Nullable Object> options = fixed();
        options.putAll(tuning);
        options.put("edns0", edns0);
        options.put("ip_strategy", ipv6 ? "Ipv4AndIpv6" : "Ipv4Only");
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("dnsResolverCfg", resolver);
        map.put("dnsResolverOpts", options);
        return map;
    }

    /** What upstream's resolver is always set to: whoever reads a dump of either finds the same keys. */
    private static Map<String, @Nullable Object> fixed() {
        Map<String, @Nullable Object> options = new TreeMap<>();
        for (String list : List.of("allow_answers", "avoid_local_udp_ports", "deny_answers")) {
            options.put(list, List.of());
        }
        for (String bound : List.of("positive_min_ttl", "positive_max_ttl", "negative_min_ttl", "negative_max_ttl")) {
            options.put(bound, null);
        }
        for (String off : List.of("case_randomization", "os_port_selection", "try_tcp_on_error")) {
            options.put(off, false);
        }
        options.put("trust_anchor", null);
        options.put("preserve_intermediates", true);
        options.put("recursion_desired", true);
        options.put("cache_size", 4096);
        options.put("edns_payload_len", 1232);
        options.put("max_active_requests", 32);
        options.put("num_concurrent_reqs", 2);
        options.put("server_ordering_strategy", "QueryStatistics");
        options.put("use_hosts_file", "Auto");
        return options;
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
            connection.put("bind_addr", null);
            connection.put("port", DNS);
            connection.put("protocol", Map.of("type", protocol));
            connections.add(connection);
        }
        Map<String, @Nullable Object> server = new LinkedHashMap<>();
        int zone = address.indexOf('%');
        server.put("connections", connections);
        server.put("ip", zone < 0 ? address : address.substring(0, zone));
        server.put("trust_negative_responses", true);
        return server;
    }
}
