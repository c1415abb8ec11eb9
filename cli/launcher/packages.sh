# The distribution's packages: root gets what is missing, an ordinary user the line to type. Sourced by ../../ambit.
# shellcheck shell=bash disable=SC2154 # home, dist, stamp, self, java_home: set by those who source this

# True where this launcher may install: root on a system with apt, and not merely "root" inside a user namespace.
may_install() {
    local inside outside count
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    read -r inside outside count </proc/self/uid_map || return 1
    [ "$inside" = 0 ] && [ "$outside" = 0 ] && [ "$count" -gt 1 ]
}

apt_install() {
    local log
    log=$(mktemp)
    progress "installing $* (apt-get)"
    if apt_quietly "$log" install -y --no-install-recommends "$@" ||
        { apt_quietly "$log" update && apt_quietly "$log" install -y --no-install-recommends "$@"; }; then
        progress_end
        rm -f "$log"
        return 0
    fi
    progress_end
    cat "$log" >&2
    rm -f "$log"
    return 1
}

apt_quietly() {
    local log=$1
    shift
    DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=120 "$@" >"$log" 2>&1 </dev/null
}

# need COMMAND PACKAGE...: the command is there, or becomes there, or the launcher ends saying how.
need() {
    local command=$1
    shift
    command -v "$command" >/dev/null && return
    if may_install && apt_install "$@" && command -v "$command" >/dev/null; then return; fi
    die "needs the program $command, which is not installed" "install it, for example: sudo apt-get install $*"
}

# Tries the packages under which distributions ship JDK 25; false where none does.
install_jdk() {
    local package
    may_install || return 1
    for package in openjdk-25-jdk-headless temurin-25-jdk; do
        if apt-cache show "$package" >/dev/null 2>&1; then
            apt_install "$package"
            return
        fi
    done
    return 1
}
