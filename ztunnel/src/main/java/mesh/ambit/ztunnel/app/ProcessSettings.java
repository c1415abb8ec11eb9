package mesh.ambit.ztunnel.app;

import java.time.Duration;
import mesh.ambit.config.Environment;
import mesh.ambit.telemetry.LogFilter;
import mesh.ambit.telemetry.LogFormat;
import mesh.ambit.ztunnel.local.ProxyDefaults;

/**
 * How the process runs, speaks and ends.
 *
 * @param workers event loops
 * @param ports where the process itself listens
 * @param drainDeadline how long connections may live on at the end
 * @param version the version that metrics show
 * @param logFilter levels at the start
 * @param logFormat how lines are written
 */
record ProcessSettings(
        int workers,
        AdminServers.Ports ports,
        Duration drainDeadline,
        String version,
        LogFilter logFilter,
        LogFormat logFormat) {
    static ProcessSettings from(Environment env, ProxyDefaults defaults, int processors) {
        AdminServers.Ports standard = AdminServers.Ports.STANDARD;
        return new ProcessSettings(
                WorkerThreads.from(env, defaults.concurrency(), processors),
                new AdminServers.Ports(
                        defaults.adminPort() != null ? defaults.adminPort() : standard.admin(),
                        defaults.statsPort() != null ? defaults.statsPort() : standard.metrics(),
                        standard.readiness()),
                drainDeadline(env),
                env.text("ISTIO_META_ISTIO_VERSION", ""),
                env.value(
                        "RUST_LOG",
                        LogFilter.parse(LogFilter.NODE_PROXY_DIRECTIVE + ",info"),
                        text -> LogFilter.parse(LogFilter.NODE_PROXY_DIRECTIVE).withAtStart(text)),
                // As upstream has it, whatever is not JSON is plain.
                env.text("LOG_FORMAT", "").equals("json") ? LogFormat.JSON : LogFormat.PLAIN);
    }

    /** The pod's grace less a margin for our own end, where the environment names it; else a deadline of our own. */
    private static Duration drainDeadline(Environment env) {
        Duration own = Duration.ofSeconds(5);
        if (env.text("CONNECTION_TERMINATION_DEADLINE") != null) {
            return env.value("CONNECTION_TERMINATION_DEADLINE", own, DurationText::parse);
        }
        if (env.text("TERMINATION_GRACE_PERIOD_SECONDS") == null) {
            return own;
        }
        int grace = env.number("TERMINATION_GRACE_PERIOD_SECONDS", 10, 0, Integer.MAX_VALUE);
        return Duration.ofSeconds(Math.max(1, grace > 10 ? grace - 5 : grace - 1));
    }
}
