#!/usr/bin/env bash
# script_@@FAMILY@@.sh: measures study @@TIMESTAMP@@ of family @@FAMILY@@ again, with git, venv, pip, pyperf, perf and py-spy.
#
# @@JOB@@
#
# Written by `invoke script --bench @@FAMILY@@`. It is yours to edit: nothing reads it back. It needs a clone of the repository,
# whose `python -m bench` runs one variant under pyperf, and nothing else of it. In the top folder of a clone:
#
#     bash script_@@FAMILY@@.sh                                           everything (the study itself took @@DURATION@@)
#     PROCESSES=2 SIZE=small BUILDS=release bash script_@@FAMILY@@.sh     a first look
#
# What it does, in this order: says what is missing on this machine, with the command that installs it; makes .venv_release
# and .venv_dbg (python3-dbg) with the versions that the study recorded, or takes those that are there; checks the answers of
# every variant; times all variants in shuffled blocks; counts with perf stat; samples with py-spy and perf record; and
# prints a table of means. What cannot be done here is said, and left out. It ends with exit code 1 if anything failed.
#
# Settings are environment variables:
#     PROCESSES        timed processes per variant and build (default: @@PROCESSES@@; fewer than 10 earn no verdict)
#     SIZE             size of the workload (default: @@SIZE@@; sizes: @@SIZES@@)
#     VARIANTS         which variants, divided by spaces (default: all of the study)
#     BUILDS           which builds (default: @@BUILDS@@; a debug build that is missing is left out)
#     STAGES           which stages (default: check time count sample table)
#     COUNTER_RUNS     runs of perf stat (default: @@COUNTER_RUNS@@)
#     PYTHON_RELEASE, PYTHON_DBG     interpreters that have all distributions, instead of .venv_release and .venv_dbg
#     PINNED=no        install the newest versions instead of the study's, except for pyperf and pyperformance
#     RESULTS          where results go (default: results/by_script). Not results: `invoke clean` removes from there what
#                      belongs to no study of its own
#     REPOSITORY       if this is no clone: what to clone (into codesign-bench)
#
# Results: $RESULTS/@@FAMILY@@/<variant>/<timestamp>/{timing,perf,py-spy}/<build>/, and a log of every command with
# its output, duration and exit code, $RESULTS/@@FAMILY@@/<timestamp>.log; python_script_log.log is a link to the newest.
set -euo pipefail

# --- What the study was ------------------------------------------------------------------------------------------------

FAMILY=@@FAMILY_Q@@
STUDY=@@TIMESTAMP_Q@@
COMMIT=@@COMMIT_Q@@
BASELINE=@@BASELINE_Q@@
STUDY_SIZE=@@SIZE_Q@@
declare -A VERSION=(@@VERSIONS@@)
PY_SPY=@@PY_SPY_Q@@
EVENTS=@@EVENTS_Q@@

# By up to how many per cent of its warm-ups a timed process begins later, by chance.
SPREAD=@@SPREAD@@

# How each variant ran in the study, from its log: build, variant, warm-ups (the fewest), values, loops per value, further words.
TIMED='
@@TIMED@@
'
COUNTED='
@@COUNTED@@
'
SAMPLED='
@@SAMPLED@@
'
RECORDED='
@@RECORDED@@
'
SAMPLE_RATE=@@SAMPLE_RATE_Q@@

# What was installed beside them.
requirements() {
  case $1 in
@@REQUIREMENTS@@
  esac
}

# --- Settings ----------------------------------------------------------------------------------------------------------

PROCESSES=${PROCESSES:-@@PROCESSES@@}
SIZE=${SIZE:-$STUDY_SIZE}
VARIANTS=${VARIANTS:-@@VARIANTS@@}
ASKED_BUILDS=${BUILDS:-}
BUILDS=${BUILDS:-@@BUILDS@@}
STAGES=${STAGES:-check time count sample table}
COUNTER_RUNS=${COUNTER_RUNS:-@@COUNTER_RUNS@@}
STAMP=$(date +%Y%m%d_%H%M%S)
declare -A PYTHON=()
FAILED=()
LEFT_OUT=()

# The same for every measured process, whatever the shell that this was started from has set.
export LC_ALL=C.UTF-8 PYTHONWARNINGS=ignore OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 PERF_CONFIG=/dev/null
INHERITED=PYTHONHASHSEED,BENCH_PADDING,NUMBA_CACHE_DIR,PYTHONWARNINGS,OPENBLAS_NUM_THREADS,OMP_NUM_THREADS,LC_ALL

# --- Helpers -----------------------------------------------------------------------------------------------------------

say() { printf '%s\n' "$*" | tee -a "${LOG:-/dev/null}"; }

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

leave_out() {
  LEFT_OUT+=("$*")
  say "left out: $*"
}

# Whether a word is one of several: has WORD "SEVERAL WORDS"
has() { [[ " $2 " == *" $1 "* ]]; }

# Whether a line of the study is wanted now, and its variant has not failed: wanted BUILD VARIANT
wanted() { has "$1" "$BUILDS" && has "$2" "$VARIANTS" && ! has "$1/$2" "${FAILED[*]-}"; }

# Run a command; keep it in the log with its output, its duration and its exit code, which is returned.
run() {
  local code=0 start=$SECONDS
  "$@" </dev/null >>"$LOG" 2>&1 || code=$?
  printf '%s  %4d s  exit %d  %s\n' "$(date +%T)" $((SECONDS - start)) "$code" "$(printf '%q ' "$@")" >>"$LOG"
  return "$code"
}

# Give up one variant on one build, and go on with the others: failed BUILD VARIANT WHAT
failed() {
  FAILED+=("$1/$2")
  say "FAILED: $2 ($1): $3; the last lines of its output:"
  tail -n 6 "$LOG" | cut -c1-200
}

# Where the results of a variant go: place VARIANT TOOL BUILD
place() {
  local folder=$RESULTS/$FAMILY/$1/$STAMP/$2/$3
  mkdir -p "$folder"
  printf '%s' "$folder"
}

# Another hash seed and another size of the environment: both move the layout of memory, by luck for better or worse.
new_layout() {
  PYTHONHASHSEED=$((RANDOM * 32768 + RANDOM + 1))
  BENCH_PADDING=$(printf '%*s' $((RANDOM % 4096)) '' | tr ' ' x)
  export PYTHONHASHSEED BENCH_PADDING
}

# --- The checkout and the machine --------------------------------------------------------------------------------------

if [ ! -f bench/__main__.py ]; then
  command -v git >/dev/null || die "git is missing. Install it: sudo apt install git"
  [ -n "${REPOSITORY:-}" ] || die "this folder is no clone of the repository. Go to the top of one, or set REPOSITORY=<url>."
  git clone --quiet "$REPOSITORY" codesign-bench
  cd codesign-bench
  if [ -n "$COMMIT" ] && ! git checkout --quiet "${COMMIT%+}"; then
    printf 'the clone has no commit %s, so its newest code is measured\n' "${COMMIT%+}"
  fi
fi
RESULTS=${RESULTS:-results/by_script}
mkdir -p "$RESULTS/$FAMILY"
LOG=$RESULTS/$FAMILY/$STAMP.log
ln -sf "$STAMP.log" "$RESULTS/$FAMILY/python_script_log.log"
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT

say "time stamp for this run: $STAMP"
say "this redoes study $STUDY of $FAMILY"
head=$(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
if [ -z "$COMMIT" ]; then
  say "the study did not record its commit; this checkout is at $head"
elif [ "${COMMIT%+}" != "$head" ]; then
  say "the study ran at commit ${COMMIT%+}, this checkout is at $head. For its very code: git checkout ${COMMIT%+}"
fi
if [ "$COMMIT" != "${COMMIT%+}" ]; then say "the study's code differed from its commit, so the commit alone does not give it"; fi

# Whether an interpreter is of a build, and of a version if one is given: probe BUILD [VERSION]
PROBE='
import sys
build, *version = sys.argv[1:]
right = hasattr(sys, "gettotalrefcount") == (build == "dbg") and sys.version_info >= (3, 10)
sys.exit(not right or version not in ([], [".".join(map(str, sys.version_info[:3]))]))
'

# Say which interpreter of the machine an environment is made on: the study's very version if there is one, else the nearest.
find_python() {
  local build=$1 version=${VERSION[$1]:-3} minor names name wanted
  minor=${version%.*}
  names=("python$minor" "/usr/bin/python$minor" python3 /usr/bin/python3)
  if [ "$build" = dbg ]; then names=("python$minor-dbg" "python${minor}d" python3-dbg); fi
  for wanted in "$version" ""; do
    for name in "${names[@]}"; do
      # shellcheck disable=SC2086 # nothing, where any version will do
      if command -v "$name" >/dev/null && "$name" -c "$PROBE" "$build" $wanted 2>/dev/null; then
        command -v "$name"
        return 0
      fi
    done
  done
  return 1
}

# Make an environment with what the study had; take it away again if that fails.
make_environment() {
  local build=$1 folder=$2 base=$3 pins
  pins=$(requirements "$build")
  if [ "${PINNED:-yes}" = no ]; then pins=$(printf '%s\n' "$pins" | sed '/^\(pyperf\|pyperformance\)==/!s/==.*//'); fi
  say "making $folder on $base (once; a minute or more)"
  printf '%s\n' "$pins" >"$SCRATCH/requirements.txt"
  if run "$base" -m venv "$folder" &&
    run "$folder/bin/python" -m pip install --disable-pip-version-check -r "$SCRATCH/requirements.txt" &&
    run "$folder/bin/python" -m pip install --disable-pip-version-check --no-deps --editable .; then
    return 0
  fi
  tail -n 6 "$LOG"
  rm -rf "$folder"
  die "$folder could not be made. If venv is missing: sudo apt install python3-venv. If a version does not fit this Python: PINNED=no bash $0"
}

# Choose the interpreter that measures on a build; say what it lacks or has otherwise than the study.
provide() {
  local build=$1 folder=.venv_$1 named=PYTHON_${1^^} base
  if [ -n "${!named:-}" ]; then
    PYTHON[$build]=${!named}
  else
    if [ ! -x "$folder/bin/python" ]; then
      if ! base=$(find_python "$build"); then
        if [ "$build" = release ]; then die "Python 3.10 or later is missing. Install it: sudo apt install python3 python3-venv"; fi
        if [ -n "$ASKED_BUILDS" ]; then die "python3-dbg is missing. Install it: sudo apt install python3-dbg"; fi
        leave_out "the debug build: python3-dbg is missing (sudo apt install python3-dbg)"
        return 0
      fi
      make_environment "$build" "$folder" "$base"
    fi
    PYTHON[$build]=$folder/bin/python
  fi
  "${PYTHON[$build]}" -c 'import bench.region, pyperf, pyperformance' 2>>"$LOG" ||
    die "${PYTHON[$build]} lacks pyperf, pyperformance or this repository. Remove its environment, and start again."
  requirements "$build" | "${PYTHON[$build]}" -c '
import sys
from importlib.metadata import distributions


def known(name):
    return name.lower().replace("_", "-").replace(".", "-")


build, recorded = sys.argv[1:]
nothing, python = "none", ".".join(map(str, sys.version_info[:3]))
there = {known(each.metadata["Name"]): each.version for each in distributions()}
wanted = [line.split("==") for line in sys.stdin.read().split()]
other = [f"{name} {there.get(known(name), nothing)} (study: {version})"
         for name, version in wanted if there.get(known(name)) != version]
print(f"{build}: Python {python}" + (f" (study: {recorded})" if python != recorded else ""))
for line in other:
    print(f"{build}: other than in the study: {line}")
' "$build" "${VERSION[$build]:-unknown}" | tee -a "$LOG"
}

for build in $BUILDS; do provide "$build"; done
FOUND=()
for build in $BUILDS; do if [ -n "${PYTHON[$build]:-}" ]; then FOUND+=("$build"); fi; done
BUILDS=${FOUND[*]-}
[ -n "$BUILDS" ] || die "no interpreter is left to measure with"

PERF=
if ! command -v perf >/dev/null; then
  package=linux-perf
  if grep -qi ubuntu /etc/os-release 2>/dev/null; then package="linux-tools-common linux-tools-$(uname -r)"; fi
  leave_out "counters and C functions: perf is missing (sudo apt install $package)"
elif ! perf stat -e task-clock true >/dev/null 2>&1; then
  leave_out "counters and C functions: perf may not count (sudo sysctl kernel.perf_event_paranoid=1)"
else
  PERF=perf
fi

# py-spy is no part of a measured environment, so it gets one of its own where it is missing.
SPY=$(command -v py-spy || true)
for candidate in .venv/bin/py-spy .venv_tools/bin/py-spy; do
  if [ -z "$SPY" ] && [ -x "$candidate" ]; then SPY=$candidate; fi
done
if [ -z "$SPY" ] && has sample "$STAGES"; then
  if run "${PYTHON[release]:-${PYTHON[dbg]:-}}" -m venv .venv_tools && run .venv_tools/bin/python -m pip install "py-spy${PY_SPY:+==$PY_SPY}"; then
    SPY=.venv_tools/bin/py-spy
  else
    leave_out "flame graphs: py-spy is missing and could not be installed (pip install py-spy)"
  fi
fi

# --- The stages --------------------------------------------------------------------------------------------------------

# The lines of a plan, without the empty ones.
lines() { printf '%s\n' "$1" | sed '/^$/d'; }

# What runs one variant; further words (files of variants from elsewhere) are divided by spaces: subject BUILD VARIANT [WORDS]
subject() {
  local build=$1 variant=$2
  shift 2
  COMMAND=("${PYTHON[$build]}" -m bench "$FAMILY/$variant@$SIZE" "$@")
  export NUMBA_CACHE_DIR=$SCRATCH/numba_$build # compiled code is kept for this run alone, so it is never that of older source
}

# The oracle goes first: a variant with a wrong answer gets no speed.
check() {
  local build variant more
  while read -r build variant _ _ _ more; do
    wanted "$build" "$variant" || continue
    # shellcheck disable=SC2086 # several words
    subject "$build" "$variant" $more
    run "${COMMAND[@]}" --check || failed "$build" "$variant" "wrong answer, or it cannot run here"
  done < <(lines "$TIMED")
}

# In every block each variant runs once on each build, in another order: what disturbs the machine disturbs all alike.
# All begin later by the same share of their warm-ups, by chance: what recurs within a process, such as collecting garbage,
# would else meet the same value of each. One process at a time, appended to the variant's file. At another size than the study's, three values, and pyperf finds the loops.
measure() {
  local block build variant warmups values loops more plan later
  for ((block = 1; block <= PROCESSES; block++)); do
    say "timing, block $block of $PROCESSES"
    new_layout
    later=$((SPREAD ? RANDOM % (SPREAD + 1) : 0))
    while read -r build variant warmups values loops more; do
      wanted "$build" "$variant" || continue
      plan=(-w 1 -n 3)
      if [ "$SIZE" = "$STUDY_SIZE" ]; then plan=(-w $((warmups + (warmups * later + 50) / 100)) -n "$values" -l "$loops"); fi
      # shellcheck disable=SC2086
      subject "$build" "$variant" $more
      run "${COMMAND[@]}" -q -p 1 "${plan[@]}" --inherit-environ "$INHERITED" --append "$(place "$variant" timing "$build")/$variant.json" ||
        failed "$build" "$variant" timing
    done < <(lines "$TIMED" | shuf)
  done
}

# Run perf around the region that is measured, without start-up and warm-ups: pyperf's hook `bench_region` opens and
# closes it through two pipes. in_region WARMUPS perf's words -- command
in_region() {
  local warmups=$1 verb=$2
  shift 2
  rm -f "$SCRATCH/ctl" "$SCRATCH/ack"
  mkfifo "$SCRATCH/ctl" "$SCRATCH/ack"
  BENCH_PERF_CONTROL=$SCRATCH/ctl,$SCRATCH/ack BENCH_REGION_SKIP=$warmups LC_ALL=C \
    run "$PERF" "$verb" -D -1 --control "fifo:$SCRATCH/ctl,$SCRATCH/ack" "$@"
}

count() {
  local build variant warmups values loops more number form=(-j)
  [ -n "$PERF" ] || return 0
  perf stat -j -e task-clock true >/dev/null 2>&1 || form=(-x ';') # perf before 5.19 writes no JSON
  while read -r build variant warmups values loops more; do
    wanted "$build" "$variant" || continue
    say "counters: $variant ($build)"
    # shellcheck disable=SC2086
    subject "$build" "$variant" $more
    for ((number = 1; number <= COUNTER_RUNS; number++)); do
      new_layout
      in_region "$warmups" stat "${form[@]}" -e "$EVENTS" -o "$(place "$variant" perf "$build")/perf_run_$number.json" -- \
        "${COMMAND[@]}" --worker -w "$warmups" -n "$values" -l "$loops" -q --hook bench_region ||
        { leave_out "counters of $variant ($build): perf failed, see the log"; break; }
    done
  done < <(lines "$COUNTED")
}

# Python functions by py-spy: a recording for https://www.speedscope.app, and a flame graph of another process.
sample() {
  local build variant warmups values loops more form
  new_layout
  while read -r build variant warmups values loops more; do
    if [ -z "$SPY" ] || ! wanted "$build" "$variant"; then continue; fi
    say "py-spy: $variant ($build)"
    # shellcheck disable=SC2086
    subject "$build" "$variant" $more
    for form in speedscope:py-spy.speedscope.json flamegraph:flame.svg; do
      run "$SPY" record --format "${form%%:*}" --rate "$SAMPLE_RATE" --full-filenames --output "$(place "$variant" py-spy "$build")/${form#*:}" -- \
        "${COMMAND[@]}" --worker -w "$warmups" -n "$values" -l "$loops" -q || leave_out "py-spy of $variant ($build): see the log"
    done
  done < <(lines "$SAMPLED")
  while read -r build variant warmups values loops more; do
    if [ -z "$PERF" ] || ! wanted "$build" "$variant"; then continue; fi
    say "C functions: $variant ($build)"
    # shellcheck disable=SC2086
    subject "$build" "$variant" $more
    # On the software clock, which runs where a virtual machine hides the counters of the CPU.
    if in_region "$warmups" record -e cpu-clock -F 999 --call-graph dwarf,16384 -N -o "$SCRATCH/perf.data" -- \
      "${COMMAND[@]}" --worker -w "$warmups" -n "$values" -l "$loops" -q -o "$SCRATCH/worker.json" --hook bench_region; then
      perf report --stdio --no-children -g none --percent-limit 0.5 -i "$SCRATCH/perf.data" \
        >"$(place "$variant" perf "$build")/c_functions.txt" 2>>"$LOG" </dev/null || leave_out "C functions of $variant ($build): perf report failed, see the log"
    else
      leave_out "C functions of $variant ($build): see the log"
    fi
    rm -f "$SCRATCH/perf.data" "$SCRATCH/worker.json"
  done < <(lines "$RECORDED")
}

# Means with standard deviations, the baseline first. -v: or pyperf hides what its t-test does not find. That test takes every value
# for an observation, where the values of one process resemble each other: so it finds too much. The reports of the study
# take the process.
table() {
  local build variant file files
  for build in $BUILDS; do
    files=()
    for variant in $BASELINE $VARIANTS; do
      file=$RESULTS/$FAMILY/$variant/$STAMP/timing/$build/$variant.json
      if [ -f "$file" ] && wanted "$build" "$variant" && ! has "$file" "${files[*]-}"; then files+=("$file"); fi
    done
    say ""
    say "$build, Python ${VERSION[$build]:-} in the study:"
    if [ ${#files[@]} -gt 1 ]; then
      "${PYTHON[$build]}" -m pyperf compare_to -v "${files[@]}" 2>&1 | tee -a "$LOG"
    elif [ ${#files[@]} -eq 1 ]; then
      "${PYTHON[$build]}" -m pyperf show "${files[0]}" 2>&1 | tee -a "$LOG"
    else
      say "nothing was timed"
    fi
  done
}

for stage in $STAGES; do
  case $stage in
  check) check ;;
  time) measure ;;
  count) count ;;
  sample) sample ;;
  table) table ;;
  *) die "there is no stage $stage: STAGES=\"check time count sample table\"" ;;
  esac
done

say ""
if has table "$STAGES"; then say "(Significant, says pyperf of pooled values: that claims more than the verdicts of a report, which go by processes.)"; fi
say "results: $RESULTS/$FAMILY/*/$STAMP, log: $LOG"
if [ ${#LEFT_OUT[@]} -gt 0 ]; then printf 'left out: %s\n' "${LEFT_OUT[@]}" | tee -a "$LOG"; fi
if [ ${#FAILED[@]} -gt 0 ]; then
  say "failed: ${FAILED[*]}"
  exit 1
fi
