#!/usr/bin/env bash
# Grade the checkout and say what came of it where the build server looks for it. Used by action.yml and gitlab-ci.yml.
# SUBMISSION (default: the checkout), OUT (default: grading), GRADER_OPTIONS, GRADER_EXPORT_OPTIONS such as --course DIR
set -uo pipefail
submission="${SUBMISSION:-$PWD}"
out="${OUT:-grading}"

# a folder of verdicts that lies in a fresh checkout is its owner's own
case "$(realpath -ms "$out")/" in
  "$(realpath -ms "$submission")"/*)
    if [ -e "$out" ] || [ -L "$out" ]; then
      echo "grade.sh: $out was handed in: name another folder with OUT" >&2
      exit 2
    fi ;;
esac

# what students print must not command the build server
token="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
[ -n "${GITHUB_ACTIONS:-}" ] && echo "::stop-commands::$token"
# shellcheck disable=SC2086
grader run "$submission" --out "$out" ${GRADER_OPTIONS:-}
code=$?
[ -n "${GITHUB_ACTIONS:-}" ] && echo "::$token::"
# nothing was graded: what lies there is of an earlier run
[ "$code" -eq 2 ] && exit 2

for report in "$out"/*/report.json; do
  [ -f "$report" ] || continue
  # shellcheck disable=SC2086
  if [ -n "${GITHUB_ACTIONS:-}" ]; then
    grader export "$report" --format github ${GRADER_EXPORT_OPTIONS:-}
    grader export "$report" --format github-summary ${GRADER_EXPORT_OPTIONS:-} >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
  fi
done
[ -d "$out" ] && grader export "$out" --format junit --to "$out/junit.xml" ${GRADER_EXPORT_OPTIONS:-}
exit "$code"
