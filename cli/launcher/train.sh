# Start-up caches: what the programs load and learn in a first run, kept for the later ones. Sourced by ../../ambit.
# shellcheck shell=bash disable=SC2154 # home, dist, stamp, self, java_home: set by those who source this

# Options of program $1 beside the common ones: its own, and what lets it start from its cache, if this build has one. A
# cache that does not fit is passed over silently.
program_options() {
    if [ -r "$dist/$1.options" ]; then printf '%s\n' "@$dist/$1.options"; fi
    if [ -r "$dist/$1.aot" ]; then printf '%s\n' "-XX:AOTCache=$dist/$1.aot" '-Xlog:aot*=off' '-Xlog:cds*=off'; fi
}

# Whether it is settled which caches this build has: made, impossible here, or left out. The folder is new with every
# build, so the file says it of this one; a training that was interrupted leaves none.
is_trained() {
    [ -f "$dist/trained" ]
}

# Makes up for a training that was interrupted. Nobody waits for it but who does it: others start without caches.
train_meanwhile() {
    [ -w "$dist" ] && [ -w "$home/cli/target/build.lock" ] && command -v flock >/dev/null || return 0
    exec {build_lock}>"$home/cli/target/build.lock"
    if flock -n "$build_lock" && ! is_trained; then train; fi
    exec {build_lock}>&-
}

# Runs a small mesh in namespaces of its own. Without it everything works too, only programs start more slowly: so nothing
# here ends a build. AMBIT_NO_TRAINING=1 leaves it out.
train() {
    local log="$home/cli/target/training.log" folder="$home/cli/target/training" started=$SECONDS kind=-Urnm
    if [ -n "${AMBIT_NO_TRAINING-}" ]; then
        printf 'left out\n' >"$dist/trained"
        return
    fi
    if is_privileged; then kind=-nm; fi
    rm -rf "$folder"
    mkdir -p "$folder"
    progress 'training the programs to start fast'
    local outcome=made
    if private_run "$kind" train --into "$folder" >"$log" 2>&1 {build_lock}>&- && make_caches "$folder" >>"$log" 2>&1; then
        progress "trained in $((SECONDS - started)) s"
    else
        outcome=impossible
        progress "programs will start slowly: no start-up caches could be made (see $log)"
    fi
    progress_end
    rm -rf "$folder"
    printf '%s\n' "$outcome" >"$dist/trained"
}

# Makes a cache of each recording in folder $1.
make_caches() {
    local recording program
    for recording in "$1"/*.recording; do
        program=$(basename "$recording" .recording)
        "$java_home/bin/java" "@$dist/jvm.options" -XX:AOTMode=create "-XX:AOTConfiguration=$recording" \
            "-XX:AOTCache=$1/$program.aot" -cp "$(class_path)" && mv "$1/$program.aot" "$dist" || return
        forget_written "$dist/$program.aot"
    done
}

# Has the kernel read file $1 anew when it is needed. It keeps what has just been written in large pieces, and a program that
# touches a byte of one has all of it resident: 15 MiB more for each program.
forget_written() {
    sync -d "$1" 2>/dev/null && dd if="$1" iflag=nocache count=0 status=none 2>/dev/null || true
}

# private_run KIND COMMAND...: a command of ours where it can neither see nor touch the machine's network and /run.
private_run() {
    local kind=$1 class_path
    shift
    class_path=$(class_path)
    # shellcheck disable=SC2016 # expanded by the inner shell
    MALLOC_ARENA_MAX=1 timeout -k 10 240 unshare "$kind" -- /bin/sh -c \
        'mount -t tmpfs -o mode=0755 ambit /run && ip link set lo up && exec "$@"' ambit \
        "$java_home/bin/java" "@$dist/jvm.options" "-Dambit.jvm.options=$dist/jvm.options" -cp "$class_path" \
        mesh.ambit.cli.Main "$@"
}
