# Finds a JDK 25 or newer and leaves its folder in java_home. Sourced by ../../ambit.
# shellcheck shell=bash disable=SC2154 # home, dist, stamp, self, java_home: set by those who source this

readonly JDK_WANTED=25

# Prints the major version of the JDK in folder $1; nothing where there is none. Reads the file `release` that every
# JDK carries: starting each candidate would take a tenth of a second.
jdk_major() {
    local line version=
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
    while IFS= read -r line || [ -n "$line" ]; do
        case $line in JAVA_VERSION=*) version=${line#JAVA_VERSION=} ;; esac
    done <"$1/release"
    version=${version//\"/}
    version=${version%%[!0-9]*}
    printf '%s' "$version"
}

is_jdk() {
    local major
    major=$(jdk_major "$1")
    [ -n "$major" ] && [ "$major" -ge "$JDK_WANTED" ]
}

# Folders worth a look, one a line, the person's own choices first.
jdk_candidates() {
    local on_path home_dir
    [ -n "${JAVA_HOME-}" ] && printf '%s\n' "$JAVA_HOME"
    on_path=$(command -v javac || true)
    if [ -n "$on_path" ]; then
        on_path=$(readlink -f -- "$on_path")
        printf '%s\n' "${on_path%/bin/javac}"
    fi
    home_dir=${HOME:-$(getent passwd "$(id -u)" 2>/dev/null | cut -d: -f6 || true)}
    # AMBIT_JDK_ROOTS (split at colons) replaces the usual folders: the launcher's tests need a machine without a JDK.
    local root folder roots
    if [ -n "${AMBIT_JDK_ROOTS+set}" ]; then
        IFS=: read -r -a roots <<<"$AMBIT_JDK_ROOTS" || true
        set -- ${roots[@]+"${roots[@]}"}
    else
        set -- /usr/lib/jvm /opt /opt/java /usr/java /usr/local/lib/jvm \
            "${home_dir:-/nonexistent}/.sdkman/candidates/java" "${home_dir:-/nonexistent}/.jdks"
    fi
    for root in "$@"; do
        for folder in "$root"/*; do
            [ -d "$folder" ] && printf '%s\n' "$folder"
        done
    done
    return 0
}

find_jdk() {
    local folder
    if [ -n "${AMBIT_JAVA_HOME-}" ]; then
        is_jdk "$AMBIT_JAVA_HOME" ||
            die "AMBIT_JAVA_HOME=$AMBIT_JAVA_HOME is no JDK $JDK_WANTED or newer (expected: a folder with bin/javac and release)"
        java_home=$AMBIT_JAVA_HOME
        return
    fi
    java_home=
    pick_jdk
    if [ -z "$java_home" ] && install_jdk; then pick_jdk; fi
    if [ -z "$java_home" ]; then
        die "needs a JDK $JDK_WANTED, found none (looked at JAVA_HOME, PATH, /usr/lib/jvm, /opt, ~/.sdkman)" \
            "install one, for example Temurin: https://adoptium.net/temurin/releases/?version=$JDK_WANTED" \
            "unpack it under /opt, or set AMBIT_JAVA_HOME to its folder"
    fi
}

# Exactly 25 is what Ambit is built and tested with; a newer one serves where there is no 25.
pick_jdk() {
    local folder
    while IFS= read -r folder; do
        is_jdk "$folder" || continue
        if [ "$(jdk_major "$folder")" = "$JDK_WANTED" ]; then
            java_home=$folder
            return
        fi
        java_home=${java_home:-$folder}
    done < <(jdk_candidates)
}
