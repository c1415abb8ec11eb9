# An ordinary user's mesh lives in a user namespace of its own; later commands join it. Sourced by ../../ambit.
# shellcheck shell=bash disable=SC2154 # home, dist, stamp, self, java_home: set by those who source this

readonly CAP_NET_ADMIN=12 CAP_SYS_ADMIN=21

has_capability() {
    local line effective=0
    while IFS= read -r line; do
        case $line in CapEff:*) effective=${line##*[[:space:]]} ;; esac
    done </proc/self/status
    (((16#$effective >> $1) & 1))
}

is_privileged() {
    has_capability $CAP_NET_ADMIN && has_capability $CAP_SYS_ADMIN
}

# Prints the option's value: --state DIR or --state=DIR, up to a "--".
state_option() {
    while [ $# -gt 0 ]; do
        case $1 in
            --) return ;;
            --state) printf '%s' "${2-}" && return ;;
            --state=*) printf '%s' "${1#--state=}" && return ;;
        esac
        shift
    done
}

# The state folder of somebody who is not root, reachable from inside and outside of the namespaces.
default_state() {
    if [ -n "${AMBIT_STATE-}" ]; then
        printf '%s' "$AMBIT_STATE"
    elif [ "$(id -u)" = 0 ]; then
        printf '/run/ambit'
    elif [ -n "${XDG_RUNTIME_DIR-}" ]; then
        printf '%s/ambit' "$XDG_RUNTIME_DIR"
    else
        printf '%s/ambit-%s' "${TMPDIR:-/tmp}" "$(id -u)"
    fi
}

# Replaces this process by itself inside new user, mount and network namespaces, where it may do what root may.
enter_namespaces() {
    need ip iproute2
    need nft nftables
    need unshare util-linux
    is_privileged && return
    local why
    if ! why=$(unshare -Urnm true 2>&1); then
        die "needs root (CAP_NET_ADMIN and CAP_SYS_ADMIN), or a kernel that gives ordinary users namespaces of their own" \
            "$why (see sysctl user.max_user_namespaces and kernel.unprivileged_userns_clone)"
    fi
    AMBIT_STATE=$(default_state)
    export AMBIT_STATE AMBIT_INSIDE=1
    # Namespaces get names under /run, which is root's: a private one takes its place, and the person's own folder
    # below it comes along through a descriptor that was opened before.
    local folder=${XDG_RUNTIME_DIR:-}
    if [ -z "$folder" ] || [ ! -d "$folder" ]; then folder=/; fi
    # Descriptor 3: a plain sh knows those of one digit only.
    exec 3<"$folder"
    # shellcheck disable=SC2016 # expanded by the inner shell
    exec unshare -Urnm -- /bin/sh -c '
        set -e
        mount -t tmpfs -o mode=0755 ambit /run
        if [ "$1" != / ]; then
            mkdir -p "$1"
            mount -n -c --bind /proc/self/fd/3 "$1"
        fi
        exec 3<&-
        ip link set lo up
        shift
        exec "$@"' ambit "$folder" "$self" "$@"
}

# Replaces this process by itself inside the namespaces of the running mesh, if that is an ordinary user's.
join_namespaces() {
    is_privileged && return
    local state pid
    state=$(state_option "$@")
    AMBIT_STATE=${state:-$(default_state)}
    export AMBIT_STATE AMBIT_INSIDE=1
    pid=$(cat "$AMBIT_STATE/pid" 2>/dev/null || true)
    [ -n "$pid" ] && [ -d "/proc/$pid" ] || return 0
    # Already in there, as when a program inside the mesh calls ambit.
    [ "$(readlink "/proc/$pid/ns/user")" != "$(readlink /proc/self/ns/user)" ] || return 0
    exec nsenter -U -m -n --preserve-credentials -t "$pid" -- "$self" "$@"
}
