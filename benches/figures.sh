#!/usr/bin/env bash
# Measures what benches/README.md promises and prints it as a Markdown table: the promise, and what this machine does now.
#
#   benches/figures.sh [WORK]      WORK keeps the inputs for the next run (some 5 GiB); default target/figures
#
# Wall times are medians of RUNS runs on inputs that lie in the file cache; run it on a quiet machine.
set -euo pipefail
cd "$(dirname "$0")/.."
work=${1:-target/figures}
runs=${RUNS:-7}
mkdir -p "$work"
export LC_ALL=C TIMEFORMAT='%R %U %S'

target=${CARGO_TARGET_DIR:-target}/release
cargo build --release --quiet
cargo build --release --quiet --examples
imcscan=$target/imcscan
make=$target/examples/make_backup
decoders=$target/examples/decoders

[ -d "$work/large" ] || "$make" --bare --messages 1 --attachment-bytes 67108864 "$work/large"
[ -d "$work/10k" ] || "$make" --messages 10000 "$work/10k"
[ -d "$work/100k" ] || "$make" --messages 100000 "$work/100k"
[ -d "$work/2gib" ] || "$make" --messages 1000 --attachment-bytes 2147483648 "$work/2gib"
if [ ! -d "$work/sparse" ]; then
    "$make" --messages 10 "$work/sparse"
    truncate -s 2G "$work/sparse/Mtsout/00000001.TNF"
fi

# Runs a command RUNS times and prints the medians of wall and processor time in milliseconds.
median() {
    local took=() middle=$((runs / 2 + 1))
    "$@" > /dev/null 2>&1 || true
    for _ in $(seq "$runs"); do took+=("$({ time "$@" > /dev/null 2>&1 || true; } 2>&1)"); done
    printf '%s\n' "${took[@]}" | awk '{ print $1 * 1000 }' | sort -n | sed -n ${middle}p
    printf '%s\n' "${took[@]}" | awk '{ print ($2 + $3) * 1000 }' | sort -n | sed -n ${middle}p
}
row() { printf '| %s | %s | %s |\n' "$1" "$2" "$3"; }
# One row: what, promise, command.
timed() {
    local what=$1 promise=$2 wall cpu
    shift 2
    { read -r wall && read -r cpu; } < <(median "$@")
    row "$what" "$promise" "$wall ms (processor $cpu ms)"
}
# Twenty starts, since one is shorter than the clock is fine.
starts() { for _ in $(seq 20); do "$@"; done; }
started() {
    local what=$1 wall cpu
    shift
    { read -r wall && read -r cpu; } < <(median starts "$@")
    row "$what" "15 ms" "$(awk -v wall="$wall" -v cpu="$cpu" 'BEGIN { printf "%.1f ms (processor %.1f ms)", wall / 20, cpu / 20 }')"
}

# SHA-256 of the whole machine, in MB/s.
hash_speed() { openssl speed -seconds 2 -bytes 1048576 -multi "$(nproc)" sha256 2> /dev/null | awk '/^sha256/ { gsub(/k/, ""); print $2 / 1000 }'; }
# One row: how near to that a report over attachments comes.
throughput() {
    local what=$1 folder=$2 digests=$3 wall cpu bytes speed
    { read -r wall && read -r cpu; } < <(median "$imcscan" report --json "$folder")
    bytes=$(find "$folder" -type f -printf '%s\n' | awk '{ sum += $1 } END { printf "%.0f", sum }')
    speed=$(hash_speed || echo 0)
    row "$what" "80 % of SHA-256" "$(awk -v wall="$wall" -v bytes="$bytes" -v digests="$digests" -v speed="$speed" 'BEGIN {
        read = bytes / wall / 1000
        printf "%.0f ms: %.0f MB/s read, %.0f MB/s hashed; SHA-256 alone %.0f MB/s", wall, read, read * digests, speed
        if (speed > 0) printf "; %.0f %%", read * digests / speed * 100
    }')"
}

printf '%s, %s, %s processors, load %s, SHA instructions: %s; medians of %s runs.\n\n' "$(date -u +%F)" "$(uname -sm)" "$(nproc)" \
    "$(cut -d' ' -f1 /proc/loadavg)" "$(grep -qw sha_ni /proc/cpuinfo && echo yes || echo no)" "$runs"
printf '| What | Promise | Measured |\n|---|---|---|\n'
large=$(find "$work/large" -name '*.TNF')
row "64 MiB attachment decoded" "10 ms" "$("$decoders" imcscan 31 "$large" | cut -d';' -f1)"
row "64 MiB attachment decoded and hashed" "45 ms" "$("$decoders" imcscan-sha256 31 "$large" | cut -d';' -f1)"
row "10,000 small messages decoded, one thread" "80 ms" "$("$decoders" imcscan 31 "$work/10k/Mtsin" "$work/10k/Mtsout" | cut -d';' -f1)"
timed "report --json of 10,000 messages" "600 ms" "$imcscan" report --json "$work/10k"
timed "report --json of 100,000 messages" "-" "$imcscan" report --json "$work/100k"
started "imcscan --version, whole run" "$imcscan" --version
started "report of a small Backup, whole run" "$imcscan" report testdata/backups/healthy-55
throughput "report --json, 2.4 GB in attachments of 16 MiB (each byte in three digests: file, mail, attachment)" "$work/2gib" 3
throughput "report --json, one file of 2 GiB, hashed by one thread" "$work/sparse" 1
if [ -x /usr/bin/time ]; then
    for folder in 100k 2gib sparse; do
        row "peak memory of report --json, $folder" "64 MiB + 1.2 KiB a message" "$(/usr/bin/time -f %M "$imcscan" report --json "$work/$folder" 2>&1 > /dev/null | tail -1 | awk '{ printf "%.0f MiB", $1 / 1024 }')"
    done
fi
