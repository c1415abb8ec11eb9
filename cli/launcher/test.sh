# `ambit test`: every test of every module, in a clean environment. Sourced by ../../ambit.
# shellcheck shell=bash disable=SC2154 # home, dist, stamp, self, java_home: set by those who source this

# run_tests [MODULE...]: without modules, all of them. Ends with the line "N passed, N failed, N skipped".
run_tests() {
    local log="$home/target/test.log" selection=() module status=0 format=0 started=$SECONDS
    case "${1-}" in
        -h | --help)
            printf '%s\n' 'Usage: ambit test [MODULE...]' '' \
                'Runs every test of every module (or of the named ones, such as lib/net), then' \
                'looks at the form of the sources, and ends with the line "N passed, N failed,' \
                'N skipped".' \
                'The output of Maven is kept in target/test.log and target/format.log.'
            return
            ;;
    esac
    for module in "$@"; do
        [ -f "$home/$module/pom.xml" ] || die "no module $module (expected: a folder with a pom.xml, such as lib/net or cli)"
        selection+=("$module")
    done
    need mvn maven
    need ip iproute2
    need nft nftables
    # The whole-system tests start ./ambit as a person does, so it must be there; and it must not build under them.
    ensure_built
    mkdir -p "$home/target"
    find "$home" -path '*/target/surefire-reports/*' -name 'TEST-*.xml' -delete
    local modules=() arguments=(verify -fae -Dmaven.test.failure.ignore=true -Dspotless.check.skip=true "-Dambit.revision=$(revision)"
        "-Dambit.dist=$home/cli/target/tested")
    if [ ${#selection[@]} -gt 0 ]; then
        modules=(-pl "$(IFS=,; printf '%s' "${selection[*]}")" -am)
    fi
    arguments+=(${modules[@]+"${modules[@]}"})
    if ! is_privileged; then arguments+=("-Djvm=$(private_jvm)/bin/java"); fi
    clean_maven "${arguments[@]}" 2>&1 | tee "$log" | show_tests || status=$?
    progress_end
    # Last, and by itself: a line that is laid out wrongly keeps no test of another module from running.
    progress "the form of the sources"
    clean_maven spotless:check -fae ${modules[@]+"${modules[@]}"} >"$home/target/format.log" 2>&1 || format=$?
    progress_end
    report "$status" "$log" "$format" "$home/target/format.log" $((SECONDS - started))
}

# Nothing of the person's environment reaches a test, save where Maven finds its repository and proxies.
clean_maven() {
    local keep=() name
    for name in HOME USER LOGNAME TMPDIR XDG_RUNTIME_DIR CI MAVEN_ARGS MAVEN_OPTS http_proxy https_proxy no_proxy; do
        if [ -n "${!name-}" ]; then keep+=("$name=${!name}"); fi
    done
    (cd "$home" && exec env -i "PATH=$PATH" LC_ALL=C.UTF-8 "JAVA_HOME=$java_home" "AMBIT_JAVA_HOME=$java_home" AMBIT_NO_BUILD=1 \
        ${keep[@]+"${keep[@]}"} mvn -B -ntp "$@" </dev/null)
}

# A folder that looks like our JDK whose `java` starts inside namespaces of its own: an ordinary user's tests need
# them, while Maven around them needs the machine's network.
private_jvm() {
    local folder="$home/target/private-jvm"
    mkdir -p "$folder/bin"
    ln -sfn "$java_home/release" "$folder/release"
    cat >"$folder/bin/java" <<INNER
#!/bin/sh
exec unshare -Urnm -- /bin/sh -c 'mount -t tmpfs ambit /run && ip link set lo up && exec "\$@"' java '$java_home/bin/java' "\$@"
INNER
    chmod +x "$folder/bin/java"
    printf '%s' "$folder"
}

# One line for each module as it ends: "[3/12] lib/net: 41 tests".
show_tests() {
    local line name='' step='' ran=0
    while IFS= read -r line; do
        if [[ $line =~ ^\[INFO\]\ Building\ (.+)\ [^\ ]+\ +\[([0-9]+/[0-9]+)\]$ ]]; then
            module_done "$step" "$name" "$ran"
            name=${BASH_REMATCH[1]} step=${BASH_REMATCH[2]} ran=0
            if [ -t 2 ]; then progress "[$step] $name"; fi
        elif [[ $line =~ Tests\ run:\ ([0-9]+),.*\ --\ in\ (.*)$ ]]; then
            ran=$((ran + BASH_REMATCH[1]))
            if [ -t 2 ]; then progress "[$step] $name: $ran tests, ${BASH_REMATCH[2]##*.}"; fi
        fi
    done
    module_done "$step" "$name" "$ran"
}

module_done() {
    [ -n "$1" ] || return 0
    progress_end
    printf '[%s] %s: %s tests\n' "$1" "$2" "$3"
}

# Sums the reports of this run, shows what failed, and decides.
report() {
    local status=$1 log=$2 format=$3 format_log=$4 seconds=$5 files tests=0 failed=0 skipped=0
    mapfile -t files < <(find "$home" -path '*/target/surefire-reports/TEST-*.xml')
    if [ ${#files[@]} -gt 0 ]; then
        read -r tests failed skipped < <(count_results "${files[@]}")
        show_failures "${files[@]}"
    fi
    if [ "$status" != 0 ]; then
        grep -E '^\[(ERROR|WARNING)\]|BUILD FAILURE' "$log" | head -n 60 >&2 || true
        printf 'ambit: Maven ended with code %s; its whole output is in %s\n' "$status" "$log" >&2
    fi
    if [ "$format" != 0 ]; then
        grep -E '^\[ERROR\]|BUILD FAILURE' "$format_log" | head -n 40 >&2 || true
        printf 'ambit: the form of the sources is not right (mvn spotless:apply makes it so); the whole output is in %s\n' "$format_log" >&2
    fi
    if [ "$tests" = 0 ]; then printf 'ambit: no test was executed\n' >&2; fi
    printf 'tests took %s s\n' "$seconds"
    printf '%s passed, %s failed, %s skipped\n' $((tests - failed - skipped)) "$failed" "$skipped"
    [ "$status" = 0 ] && [ "$format" = 0 ] && [ "$failed" = 0 ] && [ $((tests - skipped)) -gt 0 ]
}

# Prints "TESTS FAILED SKIPPED" from the first <testsuite ...> element of each report.
count_results() {
    awk '
        function number(name,    at) {
            return match(head, " " name "=\"[0-9]+\"") ? substr(head, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : 0
        }
        FNR == 1 { head = ""; reading = 0 }
        /<testsuite / { reading = 1 }
        reading { head = head " " $0 }
        reading && />/ && head ~ /<testsuite [^>]*>/ {
            reading = 0
            tests += number("tests"); failed += number("errors") + number("failures"); skipped += number("skipped")
            nextfile
        }
        END { print tests + 0, failed + 0, skipped + 0 }' "$@"
}

# Prints each failed test with the first lines of what it said.
show_failures() {
    awk '
        function attribute(name) {
            return match($0, " " name "=\"[^\"]*\"") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : ""
        }
        /<testcase / { test = attribute("classname") "." attribute("name") }
        /<(failure|error)[ >]/ { print "FAILED " test; left = 12 }
        left > 0 {
            line = $0
            sub(/.*<!\[CDATA\[/, "", line); sub(/\]\]>.*/, "", line)
            gsub(/&lt;/, "<", line); gsub(/&gt;/, ">", line); gsub(/&quot;/, "\"", line); gsub(/&#10;/, " ", line)
            print "    " line; left--
        }
        /<\/(failure|error)>/ { left = 0 }' "$@"
}
