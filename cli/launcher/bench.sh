# `ambit bench`: builds what measures, and starts it. Sourced by ../../ambit.
# shellcheck shell=bash disable=SC2154 # home, dist, self, java_home: set by those who source this

# run_bench [OPTION...]: what is measured is what `ambit` runs, so that is built first. AMBIT_JAVA_OPTS is for those JVMs,
# not for ours.
run_bench() {
    local bench="$home/perf/target/bench" jar class_path=
    ensure_built
    ensure_bench_built
    case " $* " in
        *" --help "* | *" -h "* | *" --version "* | *" -V "*) ;;
        *) if [ "${1-}" != jmh ]; then require_lab; fi ;;
    esac
    for jar in "$bench"/lib/*.jar; do class_path="$class_path${class_path:+:}$jar"; done
    exec "$java_home/bin/java" -XX:+UseSerialGC -Xmx256m --enable-native-access=ALL-UNNAMED \
        --sun-misc-unsafe-memory-access=allow -Djava.awt.headless=true "-Dambit.launcher=$self" \
        -cp "$class_path" mesh.ambit.perf.app.Main "$@"
}

require_lab() {
    need ip iproute2
    need nft nftables
    is_privileged || die "bench makes network namespaces that must not differ from a node's: run it as root"
}

# The build of the bench is as old as the build of the programs that it measures, or it is made anew.
ensure_bench_built() {
    local bench="$home/perf/target/bench" log="$home/perf/target/build.log" hash
    hash=$(cat "$stamp")
    if [ -d "$bench/lib" ] && [ "$(cat "$bench/stamp" 2>/dev/null)" = "$hash" ]; then return; fi
    if [ -n "${AMBIT_NO_BUILD-}" ]; then
        [ -d "$bench/lib" ] || die "the bench is not built, and AMBIT_NO_BUILD=$AMBIT_NO_BUILD forbids to build"
        return
    fi
    need mvn maven
    mkdir -p "$home/perf/target"
    lock_build
    rm -rf "$bench"
    if ! maven -pl perf -am package -Dmaven.test.skip=true -Dspotless.check.skip=true "-Dambit.revision=$(revision)" 2>&1 | tee "$log" | show_modules "building the bench,"; then
        progress_end
        cat "$log" >&2
        die "the build of the bench failed; its output is above and in $log"
    fi
    progress_end
    printf '%s\n' "$hash" >"$bench/stamp"
    exec {build_lock}>&-
}
