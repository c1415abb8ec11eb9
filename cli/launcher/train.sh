# Start-up caches: what the programs load and learn in a first run, kept for the later ones. Sourced by ../../ambit.
# shellcheck shell=bash disable=SC2154 # home, dist, stamp, self, java_home: set by those who source this

# Options that let program $1 start from its cache, if this build has one. A cache that does not fit is passed over silently.
cache_options() {
    if [ -r "$dist/$1.aot" ]; then printf '%s\n' "-XX:AOTCache=$dist/$1.aot" -Xlog:aot=off -Xlog:cds=off; fi
}

# Runs a small mesh in namespaces of its own. Without it everything works too, only programs start more slowly: so nothing
# here ends a build. AMBIT_NO_TRAINING=1 leaves it out.
train() {
    local log="$home/cli/target/training.log" folder="$home/cli/target/training" started=$SECONDS kind=-Urnm
    [ -z "${AMBIT_NO_TRAINING-}" ] || return 0
    if is_privileged; then kind=-nm; fi
    rm -rf "$folder"
    mkdir -p "$folder"
    progress 'training the programs to start fast'
    if private_run "$kind" train --into "$folder" >"$log" 2>&1 {build_lock}>&- && make_caches "$folder" >>"$log" 2>&1; then
        progress "trained in $((SECONDS - started)) s"
    else
        progress "programs will start slowly: no start-up caches could be made (see $log)"
    fi
    progress_end
    rm -rf "$folder"
}

# Makes a cache of each recording in folder $1.
make_caches() {
    local recording program
    for recording in "$1"/*.recording; do
        program=$(basename "$recording" .recording)
        "$java_home/bin/java" "@$dist/jvm.options" -XX:AOTMode=create "-XX:AOTConfiguration=$recording" \
            "-XX:AOTCache=$1/$program.aot" -cp "$(class_path)" && mv "$1/$program.aot" "$dist" || return
    done
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
