# Builds when sources are newer than the build. Sourced by ../../ambit.
# shellcheck shell=bash disable=SC2154 # home, dist, stamp, self, java_home: set by those who source this

# What decides whether a build is old: everything that goes into the jars, and nothing of the tests.
source_roots() {
    find "$home" -maxdepth 3 \( -name target -o -name .git -o -name src \) -prune -o -name pom.xml -print
    find "$home" -maxdepth 4 -path "*/src/main" -not -path "*/target/*" -print
    printf '%s\n' "$home/.mvn"
}

# Newer by time? Folders count too, since a deleted file leaves only their time behind. Cheap, asked at every start.
touched_since_build() {
    local roots
    [ -f "$stamp" ] && [ -d "$dist/lib" ] || return 0
    mapfile -t roots < <(source_roots)
    [ -n "$(find "${roots[@]}" -newer "$stamp" -print -quit)" ]
}

# One hash over names and contents: a copied or checked-out tree has new times and the same sources.
source_hash() {
    local roots
    mapfile -t roots < <(source_roots)
    (cd "$home" && find "${roots[@]#"$home"/}" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) | sha256sum
}

is_current() {
    touched_since_build || return 0
    [ -f "$stamp" ] && [ -d "$dist/lib" ] && [ "$(source_hash)" = "$(cat "$stamp")" ] || return 1
    touch "$stamp" 2>/dev/null || true
}

ensure_built() {
    if [ -n "${AMBIT_NO_BUILD-}" ]; then
        [ -d "$dist/lib" ] || die "nothing is built, and AMBIT_NO_BUILD=$AMBIT_NO_BUILD forbids to build"
        return
    fi
    if is_current; then
        is_trained || train_meanwhile
        return
    fi
    if ! mkdir -p "$home/cli/target" 2>/dev/null || [ ! -w "$home/cli/target" ]; then
        die "the sources in $home are newer than the build, and the folder cannot be written (build it where it can)"
    fi
    lock_build
    # Whoever held the lock has probably built the same.
    is_current || build
    is_trained || train
    exec {build_lock}>&-
}

lock_build() {
    need flock util-linux
    exec {build_lock}>"$home/cli/target/build.lock"
    if ! flock -n "$build_lock"; then
        progress "waiting for another build of $home"
        flock "$build_lock"
        progress_end
    fi
}

build() {
    local hash log="$home/cli/target/build.log" started=$SECONDS
    need mvn maven
    hash=$(source_hash)
    # The stamp is as old as the start of the build: what is edited meanwhile counts as newer.
    printf '%s\n' "$hash" >"$home/cli/target/stamp.new"
    # Running programs keep the removed jars open; overwriting them in place would crash those programs.
    rm -rf "$dist"
    if ! maven -pl cli -am package -Dmaven.test.skip=true -Dspotless.check.skip=true "-Dambit.revision=$(revision)" 2>&1 | tee "$log" | show_modules building; then
        progress_end
        cat "$log" >&2
        die "the build failed; its output is above and in $log"
    fi
    progress_end
    mv "$home/cli/target/stamp.new" "$stamp"
    progress "built in $((SECONDS - started)) s"
    progress_end
}

# Everything that was built, in the form Java wants. Always the same order: caches hold for this very list.
class_path() {
    local jars=("$dist"/lib/*.jar)
    (IFS=:; printf '%s' "${jars[*]}")
}

# The commit that is built, for --version.
revision() {
    git -C "$home" rev-parse --short HEAD 2>/dev/null || printf unknown
}

# Maven with our JDK. Its own lock descriptor stays closed: Maven's daemons must not hold our lock.
maven() {
    (cd "$home" && JAVA_HOME=$java_home exec mvn -B -ntp "$@" {build_lock}>&- </dev/null)
}

# Turns Maven's log into progress: "building 3/12: lib/net".
show_modules() {
    local line verb=$1
    while IFS= read -r line; do
        if [[ $line =~ ^\[INFO\]\ Building\ (.+)\ [^\ ]+\ +\[([0-9]+/[0-9]+)\]$ ]]; then
            progress "$verb ${BASH_REMATCH[2]}: ${BASH_REMATCH[1]}"
        fi
    done
}
