#!/usr/bin/env bash
# Builds assay, judges the sample log and audits the sample folder of logs: first verdicts, and summaries. The second run
# only judges.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
tools/setup.sh
cmake --preset release --log-level=WARNING >/dev/null
cmake --build --preset release --target assay_program

command=(build/release/assay verify --jwks data/sample/jwks.json --jwks data/sample/jwks-old.json
  --secret-file data/sample/secret.txt --issuer https://idp.sample.example --audience https://api.sample.example
  --require-scope read --typ JWT --at record data/sample/access.ndjson)
echo
echo "\$ ${command[*]}"
verdicts=$(mktemp)
trap 'rm -f "$verdicts"' EXIT
status=0
"${command[@]}" -o "$verdicts" || status=$?
# 1 says that some tokens were rejected, as they should be in this log
[ "$status" -le 1 ] || exit "$status"
echo
echo "The first verdicts (claims shortened):"
head -n 8 "$verdicts" | sed -E 's/"claims":\{.{60}.*$/"claims":{…}}/'

audit=(build/release/assay audit --jwks data/sample/jwks.json --jwks data/sample/jwks-old.json
  --secret-file data/sample/secret.txt --issuer https://idp.sample.example --audience https://api.sample.example
  --require-scope read --typ JWT --time-zone '*/app/*=Europe/Berlin' data/sample/logs)
echo
echo "The same requests as five programs logged them:"
echo "\$ ${audit[*]@Q}"
status=0
"${audit[@]}" -o "$verdicts" || status=$?
[ "$status" -le 1 ] || exit "$status"
echo
echo "The first findings:"
head -n 4 "$verdicts"
