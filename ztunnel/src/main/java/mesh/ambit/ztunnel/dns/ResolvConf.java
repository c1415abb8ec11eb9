package mesh.ambit.ztunnel.dns;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code resolv.conf} says (resolv.conf(5)).
 *
 * @param nameservers whom to ask, in order, at most {@value #MAX_NAMESERVERS}; never empty
 * @param search domains to try after a short name, in order, without the final dot
 * @param ndots from how many dots on a name is tried as it is first
 * @param timeout how long an answer is waited for, 1 s to 30 s
 * @param attempts how often the list of name servers is gone through, 1 to 5
 * @param edns0 whether questions carry an OPT record
 */
public record ResolvConf(
        List<InetAddress> nameservers, List<String> search, int ndots, Duration timeout, int attempts, boolean edns0) {
    private static final Logger LOG = LoggerFactory.getLogger(ResolvConf.class);

    /** Where a system keeps it. */
    public static final Path SYSTEM = Path.of("/etc/resolv.conf");

    /** As many as the C library takes is three; nothing is lost with a few more. */
    static final int MAX_NAMESERVERS = 8;

    private static final int MAX_SEARCH = 32;
    /** What the manual page promises where the file names no server. */
    private static final InetAddress FALLBACK = InetAddress.ofLiteral("127.0.0.1");

    public ResolvConf {
        if (nameservers.isEmpty()) {
            throw new IllegalArgumentException("no name server");
        }
        nameservers = List.copyOf(nameservers);
        search = List.copyOf(search);
    }

    /** Reads a file; one that cannot be read is as good as an empty one, and a warning. */
    public static ResolvConf read(Path file) {
        try {
            // Whatever letters a comment has: of what counts, all are ASCII.
            return parse(Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            LOG.warn("cannot read {}, asking {} instead: {}", file, FALLBACK.getHostAddress(), e.toString());
            return parse("");
        }
    }

    /** Reads the text of a file. Lines that mean nothing to us are passed over, as every resolver does. */
    static ResolvConf parse(String text) {
        List<InetAddress> nameservers = new ArrayList<>();
        List<String> search = List.of();
        int ndots = 1;
        int timeout = 5;
        int attempts = 2;
        boolean edns0 = false;
        for (String line : text.split("\n", -1)) {
            String[] words = line.split("[#;]", 2)[0].strip().split("\\s+");
            switch (words[0]) {
                case "nameserver" -> addNameserver(nameservers, words);
                // The last of several counts, and so does the last of search and domain.
                case "search", "domain" -> search = domains(words);
                case "options" -> {
                    ndots = option(words, "ndots:", ndots, 0, 15);
                    timeout = option(words, "timeout:", timeout, 1, 30);
                    attempts = option(words, "attempts:", attempts, 1, 5);
                    edns0 |= List.of(words).contains("edns0");
                }
                default -> {}
            }
        }
        return new ResolvConf(
                nameservers.isEmpty() ? List.of(FALLBACK) : nameservers,
                search,
                ndots,
                Duration.ofSeconds(timeout),
                attempts,
                edns0);
    }

    private static void addNameserver(List<InetAddress> nameservers, String[] words) {
        if (words.length < 2 || nameservers.size() == MAX_NAMESERVERS) {
            return;
        }
        try {
            nameservers.add(InetAddress.ofLiteral(words[1]));
        } catch (IllegalArgumentException e) {
            LOG.warn("resolv.conf: name server {} is not an address, passed over", words[1]);
        }
    }

    private static List<String> domains(String[] words) {
        List<String> domains = new ArrayList<>();
        for (int i = 1; i < words.length && domains.size() < MAX_SEARCH; i++) {
            String domain = words[i].endsWith(".") ? words[i].substring(0, words[i].length() - 1) : words[i];
            if (!domain.isEmpty()) {
                domains.add(domain);
            }
        }
        return domains;
    }

    private static int option(String[] words, String name, int fallback, int min, int max) {
        int value = fallback;
        for (String word : words) {
            if (word.startsWith(name) && word.substring(name.length()).matches("\\d{1,6}")) {
                value = Math.clamp(Integer.parseInt(word.substring(name.length())), min, max);
            }
        }
        return value;
    }
}
