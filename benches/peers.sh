#!/usr/bin/env bash
# Measures imcscan's decoder side by side, in one run and over the same inputs, with what people would otherwise take: the program tnef,
# ytnef, the Python library tnefparse, the Rust crate tnef. Installs what is missing (Debian packages as root, Python packages into an
# environment of its own) and prints a Markdown table. What cannot be had is said in the table.
#
#   benches/peers.sh [WORK]      WORK keeps inputs and the environment for the next run; default target/peers
#
# Times are medians of RUNS runs taken in turn, as "wall (processor)"; instructions are callgrind's, of one run. Callgrind knows no SHA
# instructions, so that there SHA-256 is counted as software.
set -euo pipefail
cd "$(dirname "$0")/.."
work=${1:-target/peers}
runs=${RUNS:-5}
small=10000
mkdir -p "$work"
work=$(cd "$work" && pwd)
export LC_ALL=C TIMEFORMAT='%R %U %S'
say() { printf '%s\n' "$*" >&2; }

say "installing what is missing"
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
for pair in tnef:tnef ytnef:ytnef-tools valgrind:valgrind; do
    command -v "${pair%%:*}" > /dev/null && continue
    { as_root apt-get update && as_root apt-get install -y --no-install-recommends "${pair##*:}"; } > "$work/apt.log" 2>&1 || say "no ${pair%%:*}: see $work/apt.log"
done
python=$work/python/bin/python
[ -x "$python" ] || python3 -m venv "$work/python" > "$work/pip.log" 2>&1 || say "no Python environment: see $work/pip.log"
[ -x "$work/python/bin/tnefparse" ] || "$python" -m pip install --quiet tnefparse >> "$work/pip.log" 2>&1 || say "no tnefparse: see $work/pip.log"
parse=$work/python/bin/tnefparse

say "building"
target=${CARGO_TARGET_DIR:-target}/release
cargo build --release --quiet --features testing --bin imcscan --example make_backup --example decoders
make=$target/examples/make_backup
decoders=$target/examples/decoders
imcscan=$target/imcscan

say "making inputs in $work"
[ -d "$work/large" ] || "$make" --bare --messages 1 --attachment-bytes 67108864 "$work/large"
[ -d "$work/small" ] || "$make" --bare --messages $small "$work/small"
large=$(find "$work/large" -name '*.TNF')
find "$work/small" -name '*.TNF' | sort > "$work/small.list"
find testdata -type f -size +6c | sort | while read -r file; do
    [ "$(head -c 4 "$file" | od -An -tx1 | tr -d ' ')" = 789f3e22 ] && printf '%s\n' "$file"
done > "$work/samples.list" || true
files=$(wc -l < "$work/samples.list")

# Each way of reading: a name, how it reads the large file, and how it reads a list of files.
each() { xargs -n 1 "$@"; }
all() { xargs "$@"; }
names=("imcscan report --json" "imcscan decode --json" "imcscan as a library" "imcscan as a library, with SHA-256" "crate tnef" "tnef -t" "ytnef" "tnefparse -o")
read_large() {
    case $1 in
        0) "$imcscan" report --json "$work/large" ;;
        1) "$imcscan" decode --json "$large" ;;
        2) "$decoders" imcscan 1 "$large" ;;
        3) "$decoders" imcscan-sha256 1 "$large" ;;
        4) "$decoders" tnef 1 "$large" ;;
        5) tnef -t -f "$large" ;;
        6) ytnef -s 100 "$large" ;;
        7) "$parse" -o "$large" ;;
    esac
}
read_small() {
    case $1 in
        0) "$imcscan" report --json "$work/small" ;;
        1) each "$imcscan" decode --json < "$work/small.list" ;;
        2) "$decoders" imcscan 1 "$work/small" ;;
        3) "$decoders" imcscan-sha256 1 "$work/small" ;;
        4) "$decoders" tnef 1 "$work/small" ;;
        5) each tnef -t -f < "$work/small.list" ;;
        6) all ytnef < "$work/small.list" ;;
        7) all "$parse" -o < "$work/small.list" ;;
    esac
}
read_sample() {
    case $1 in
        0 | 1 | 3) false ;;
        2) "$decoders" imcscan 1 "$2" | grep -q ' 0 refused' ;;
        4) "$decoders" tnef 1 "$2" | grep -q ' 0 refused' ;;
        5) tnef -t -f "$2" ;;
        6) ytnef "$2" ;;
        7) "$parse" -o "$2" ;;
    esac
}
is_there() {
    case $1 in
        5) command -v tnef ;;
        6) command -v ytnef ;;
        7) [ -x "$parse" ] ;;
        *) true ;;
    esac > /dev/null
}

say "running"
: > "$work/times"
for _ in $(seq "$runs"); do
    for way in "${!names[@]}"; do
        is_there "$way" || continue
        for size in large small; do
            took=$({ time "read_$size" "$way" > /dev/null 2>&1 || true; } 2>&1)
            printf '%s %s %s\n' "$way" $size "$took" >> "$work/times"
        done
    done
done
# Prints the median of wall and processor time in milliseconds.
median() {
    awk -v way="$1" -v size="$2" '$1 == way && $2 == size { print $3 * 1000, ($4 + $5) * 1000 }' "$work/times" > "$work/of"
    middle=$((runs / 2 + 1))
    printf '%.0f (%.0f) ms' "$(cut -d' ' -f1 "$work/of" | sort -n | sed -n ${middle}p)" "$(cut -d' ' -f2 "$work/of" | sort -n | sed -n ${middle}p)"
}
instructions() {
    command -v valgrind > /dev/null || { printf 'not counted'; return; }
    case $1 in
        0) set -- "$imcscan" report --json --threads 1 "$work/large" ;;
        1) set -- "$imcscan" decode --json "$large" ;;
        2) set -- "$decoders" imcscan 1 "$large" ;;
        3) set -- "$decoders" imcscan-sha256 1 "$large" ;;
        4) set -- "$decoders" tnef 1 "$large" ;;
        5) set -- tnef -t -f "$large" ;;
        6) set -- ytnef -s 100 "$large" ;;
        7) set -- "$python" "$parse" -o "$large" ;;
    esac
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1 > /dev/null | awk '/Collected/ { printf "%.1f M", $4 / 1e6 }'
}
refusals() {
    case $1 in 0 | 1 | 3) printf 'as the library'; return ;; esac
    refused=0
    while read -r file; do read_sample "$1" "$file" > /dev/null 2>&1 || refused=$((refused + 1)); done < "$work/samples.list"
    printf '%s' "$refused of $files"
}

version() {
    case $1 in
        4) sed -n '/^name = "tnef"/{n;s/.*"\(.*\)"/\1/p}' Cargo.lock ;;
        5) tnef --version 2>&1 | grep -o '[0-9][0-9.]*' | head -1 ;;
        6) ytnef -h 2>&1 | grep -o 'v[0-9][0-9.]*' | head -1 ;;
        7) "$python" -m pip show tnefparse 2> /dev/null | sed -n 's/^Version: //p' ;;
        *) sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1 ;;
    esac
}

printf '%s, %s, %s processors, load %s; medians of %s runs in turn, wall (processor) time.\n\n' "$(date -u +%F)" "$(uname -sm)" "$(nproc)" "$(cut -d' ' -f1 /proc/loadavg)" "$runs"
printf '| Reader | Version | One attachment of 64 MiB | Its instructions | %s small messages | Samples that it refuses |\n' $small
printf '|---|---|---:|---:|---:|---:|\n'
for way in "${!names[@]}"; do
    if is_there "$way"; then
        printf '| `%s` | %s | %s | %s | %s | %s |\n' "${names[$way]}" "$(version "$way")" "$(median "$way" large)" "$(instructions "$way")" "$(median "$way" small)" "$(refusals "$way")"
    else
        printf '| `%s` | could not be installed here | | | | |\n' "${names[$way]}"
    fi
done
