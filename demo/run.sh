#!/usr/bin/env bash
# The demo: a real model, trained on real flights, goes into production behind a contract, is
# watched, is replaced by a bad version, and is rolled back. Then summer comes: storms change what
# the inputs mean, a limit stops what they cost, and a feed changes its units. Called by
# ./dev demo [--stay]; needs the release build and the flights in .deps/data. Everything it makes
# is in build/demo.
set -euo pipefail
cd "$(dirname "$0")/.."
stay=no
[ "${1:-}" = "--stay" ] && stay=yes
bin=build/release
mooring=$bin/src/app/mooring
out=build/demo
seconds=${MOORING_DEMO_SECONDS:-12}
rate=${MOORING_DEMO_RATE:-3000}
summer_rate=${MOORING_DEMO_SUMMER_RATE:-6000}
rm -rf "$out" && mkdir -p "$out"
export MOORING_DATA_DIR=$out/data
patience=120  # seconds that a window may take to close
server=0 replay=0

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
run() { printf '$ mooring %s\n' "$*"; "$mooring" "$@"; }
finish() {
  for pid in "$replay" "$server"; do
    if [ "$pid" != 0 ] && kill -0 "$pid" 2>/dev/null; then kill "$pid" && wait "$pid" || true; fi
  done
}
trap finish EXIT

# wait_for_window VERSION: until a window of it has closed; while there is none, it is "not found".
wait_for_window() {
  local found
  for _ in $(seq "$patience"); do
    found=0
    "$mooring" monitor drift flight-cover --version "$1" > /dev/null 2>&1 || found=$?
    [ "$found" -eq 5 ] || return 0
    sleep 1
  done
  echo "no window of version $1 closed within $patience s" >&2
  return 1
}

say "1. Three million US flights of 2001: the first three weeks train, the rest will be traffic"
echo "reading, sorting and training; which takes a while and prints little"
$bin/demo/flights_prepare --source .deps/data/flights-3m.parquet --out "$out"

say "2. The contract, the first version, and production"
run apply demo/contract.yaml
run version register flight-cover "$out/model_v1.ubj" --training-data "$out/train_v1.csv" \
    --label late --source "demo: January 1-21, 2001" --fields model,version,state
run version promote flight-cover 1 --reason "first version" --yes
# Whom alerts are told to: a command here; a webhook or Alertmanager looks the same.
cat > "$out/alerts.yaml" << YAML
sinks:
  - name: file
    command: [tee, -a, $out/notifications.jsonl]
YAML
"$mooring" serve --port 0 --alerts "$out/alerts.yaml" --pseudonym-key "$out/pseudonym.key" \
    --create-key \
    > "$out/server.out" 2> "$out/server.log" &
server=$!
for _ in $(seq 200); do
  grep -q listening "$out/server.out" && break
  kill -0 $server || { cat "$out/server.log"; exit 1; }
  sleep 0.05
done
port=$(sed -n 's#^listening on http://.*:\([0-9]*\).*#\1#p' "$out/server.out")
echo "serving on http://127.0.0.1:$port"

say "3. Later flights as live traffic: one request a flight, its outcome after it has landed"
start_replay() {
  $bin/demo/flights_replay --port "$port" --flights "$out/flights.csv" --rate "$rate" \
      --seconds 100000 --run demo > >(tee -a "$out/replay.log") &
  replay=$!
}
start_replay
# The first line comes after the flights were read: the seconds count from there.
for _ in $(seq "$patience"); do
  [ -s "$out/replay.log" ] && break
  kill -0 $replay || { echo "the replay ended: see $out/replay.log" >&2; exit 1; }
  sleep 1
done
sleep "$seconds"

say "4. A second version, trained on corrupted data, is offered"
run version register flight-cover "$out/model_v2.ubj" --training-data "$out/train_v2.csv" \
    --label late --source "demo: corrupted" --fields model,version,state ||
  echo "(refused, as it should be: exit code $?)"

say "5. Forced in all the same, with a reason that stays in the history"
run version promote flight-cover 2 --force --reason "demo: force a bad version in" --yes
wait_for_window 2
found=0
run monitor drift flight-cover --version 2 -o table || found=$?
if [ "$found" -ne 1 ]; then
  echo "drift was expected (exit code 1), not exit code $found" >&2
  exit 1
fi
echo "(drift found: exit code 1)"

say "6. Rolled back"
run route rollback flight-cover --reason "demo: windows show drift under version 2" --yes
sleep "$((seconds / 2))"
kill -TERM $replay
if ! wait $replay; then
  echo "requests failed: see $out/replay.log" >&2
  exit 1
fi
replay=0
tail -n 1 "$out/replay.log"

say "7. What is on record"
run log query "select version, verdict, count(*) as decisions, round(avg(score), 4) as mean_score,
  round(avg(outcome_value), 4) as late from labelled where model = 'flight-cover'
  group by all order by 1, 2" -o table
run version list flight-cover --fields version,state,aliases,source,state_reason
run log verify

say "8. Summer: version 3, trained on the spring, held against three weeks of May it never saw"
# A bound on what a summer may cost, and what sells instead once it is reached.
{
  sed '/^fallback:/d' demo/contract.yaml
  echo 'fallback:'
  echo '  exhausted: [{constant: 45, consumes: nothing}, deny]'
  echo '  otherwise: [previous, {constant: 45, consumes: nothing}, deny]'
  echo 'limits:'
  echo '  - {name: exposure, sum: "120 * prediction", over: 24h, max: 4000000, scope: version}'
} > "$out/summer.yaml"
run apply "$out/summer.yaml"
run version register flight-cover "$out/model_v3.ubj" --training-data "$out/train_v3.csv" \
    --holdout "$out/holdout_v3.csv" --label late --source "demo: March and April" --force \
    --reason "demo: the spring differs from January" --fields model,version,state
run version promote flight-cover 3 --reason "the season has changed" --yes --force
sleep 1
echo "June 5 to 16, one request a flight, outcomes following; the storms begin on the 12th"
$bin/demo/flights_replay --port "$port" --flights "$out/june.csv" --rate "$summer_rate" \
    --seconds 0 --run june |
  awk '{day = $1} day != last {print; last = day} {end = $0} END {print end}'
sleep 3
run monitor quality flight-cover --version 3 -o table || echo "(worse than in May: exit code $?)"
run alert list --fields severity,kind,subject,what,sureness -o table
found=$("$mooring" alert list --all --fields kind --no-header -o csv | grep -c concept || true)
[ "$found" -gt 0 ] || { echo "a concept alarm was expected" >&2; exit 1; }

say "9. In the storm the limit was reached: the fallback price took over, and nobody got an error"
run log query "select verdict, count(*) as decisions, round(avg(amount_minor) / 100, 2) as price,
  round(avg(amount_minor / 100 - 120 * outcome_value), 2) as result
  from labelled where model = 'flight-cover' and version = 3 group by all order by 1" -o table
local_server=(--server "http://127.0.0.1:$port")
run limit list "${local_server[@]}" -o table
echo "it stays shut until two people say otherwise: one asks, another agrees"
for asked in "raise flight-cover exposure 9000000" "release flight-cover exposure"; do
  # shellcheck disable=SC2086
  change=$("$mooring" limit $asked --reason "the storms are over" --author anna --fields id \
      --no-header -o csv --yes "${local_server[@]}")
  run change approve "$change" --author boris --yes "${local_server[@]}"
done
echo "and what a tighter limit would have done to the same flights:"
sed 's/max: 4000000/max: 3000000/' "$out/summer.yaml" > "$out/tighter.yaml"
run limit test "$out/tighter.yaml" -o table

say "10. The feed of the time of day changes from minutes to hours, without a word"
$bin/demo/flights_replay --port "$port" --flights "$out/june.csv" --rate "$rate" --hours yes \
    --seconds 8 --run hours | tail -n 1
sleep 2
found=0
run monitor drift flight-cover --version 3 -o table || found=$?
if [ "$found" -ne 1 ]; then
  echo "drift was expected (exit code 1), not exit code $found" >&2
  exit 1
fi
run incident list --fields id,severity,state,verdict_kind,summary,owner.team -o table
"$mooring" monitor report flight-cover --version 3 --html "$out/report.html" > "$out/report.txt" ||
  echo "the report, one page to look at: $out/report.html"
echo "told so far: $(wc -l < "$out/notifications.jsonl") notifications in $out/notifications.jsonl"

say "11. A model directory saved by Python's MLflow, served as it is"
"$mooring" contract init tests/golden/mlflow_models/booster_ubj --model credit --team risk \
    > "$out/credit.yaml"
run apply "$out/credit.yaml"
run version register credit tests/golden/mlflow_models/booster_ubj --fields model,version,state
run version promote credit 1 --reason "as saved by MLflow" --yes
sleep 0.5
request='{"dataframe_split": {"columns": ["age", "income", "debt", "score", "children"],
  "data": [[30, 1000.5, 0.25, 0.5, 2]]}}'
echo "$ curl /serving-endpoints/credit/invocations -d '$request'"
curl -sS "http://127.0.0.1:$port/serving-endpoints/credit/invocations" \
    -H 'content-type: application/json' -d "$request"
echo

say "Where to look"
cat <<TEXT
  log      mooring log tail --data-dir $MOORING_DATA_DIR
  SQL      mooring log query "select * from decisions limit 5" --data-dir $MOORING_DATA_DIR
  windows  mooring monitor drift flight-cover --data-dir $MOORING_DATA_DIR
  page     $out/report.html
  alerts   mooring alert list --data-dir $MOORING_DATA_DIR
  Parquet  $MOORING_DATA_DIR/lake
TEXT
if [ $stay = yes ]; then
  echo "  metrics  curl http://127.0.0.1:$port/metrics"
  echo "The server stays up on port $port; Ctrl-C ends it."
  wait $server
fi
