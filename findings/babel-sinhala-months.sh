#!/usr/bin/env bash
# Babel: the Gregorian months of Sinhala have the names of the lunar ones.
#
# One would expect: 20 November 2026 in Sinhala (si) is "2026 නොවැම්බර් 20", as newspapers of Sri Lanka
# write it; Babel's names are those of the Gregorian calendar unless another one is asked for.
# Seen: "2026 ඉල් 20". ඉල් (Il) is the month of the Buddhist lunar year around that time; all twelve
# names are of that year. Other languages of the same release have their Gregorian names.
# Versions: babel 2.19.0.
# Why it matters to news: a table of month names made from it reads no date of a Sinhala page, and a
# date written with it is none that readers, or other programs, know. Ours come from elsewhere.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install -q --disable-pip-version-check babel==2.19.0
cat >"$place/show.py" <<'PY'
from datetime import date

from babel.dates import format_date, get_month_names

day = date(2026, 11, 20)
print("si:", format_date(day, "long", locale="si"))
print("ta:", format_date(day, "long", locale="ta"))
months = dict(get_month_names("wide", locale="si").items())
print("si, all:", ", ".join(months[number] for number in range(1, 13)))
assert months[11] == "ඉල්", "the name of November has changed"
assert "නොවැම්බර්" not in months.values()
PY
"$place/venv/bin/python" "$place/show.py"
