"""Kaplan–Meier and Cox beside lifelines on the same spells: late entry, censoring, three covariates; times in days and continuous.

    python3 tests/bench/survival.py BIN_FOLDER [SPELLS [TURNS]]

Needs the Python of DIMINUENDO_PYTHON (with lifelines), or of this process. Files are read beforehand; only the fit is timed.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import measure

MAKE = """
import sys, numpy as np
wanted, path, whole = int(sys.argv[1]), sys.argv[2], sys.argv[3] == "days"
random = np.random.default_rng(2016)
n = wanted * 3
x = np.column_stack([random.random(n) * 2, random.integers(0, 2, n), random.standard_normal(n)])
rounded = np.ceil if whole else lambda x: x
life = rounded(-200 * np.exp(-(0.7 * x[:, 0] - 0.3 * x[:, 1])) * np.log(random.random(n)))
entry = np.where(random.random(n) < 0.5, 0, np.floor(random.random(n) * 60))
end = rounded(entry + 20 + random.random(n) * 300)
rows = np.column_stack([entry, np.minimum(life, end), life <= end, x])[entry < life][:wanted]
rows.astype("<f8").tofile(path)
"""

PEER = """
import json, sys, time, warnings, numpy as np, pandas as pd
from lifelines import CoxPHFitter, KaplanMeierFitter
warnings.simplefilter("ignore")
rows = np.fromfile(sys.argv[1], "<f8").reshape(-1, 6)
frame = pd.DataFrame(rows, columns=["entry", "exit", "event", "a", "b", "c"])
for turn in range(int(sys.argv[3])):
    for again in range(9):
        started = time.perf_counter()
        curve = KaplanMeierFitter().fit(frame.exit, frame.event, entry=frame.entry)
        answer = curve.median_survival_time_
        print(json.dumps({"figure": "kaplan-meier", "seconds": time.perf_counter() - started, "answer": answer}))
        bounds = curve.confidence_interval_.to_numpy()
        answer = float(np.nanmax(bounds[:, 1] - bounds[:, 0]))
        print(json.dumps({"figure": "kaplan-meier, all bounds", "seconds": time.perf_counter() - started, "answer": answer}))
    if sys.argv[4] != "cox":
        continue
    started = time.perf_counter()
    model = CoxPHFitter().fit(frame, "exit", "event", entry_col="entry")
    print(json.dumps({"figure": "cox", "seconds": time.perf_counter() - started, "answer": model.params_["a"]}))
"""


def results(command):
    """Median seconds and the answer of each figure."""
    lines = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True).stdout.splitlines()
    found = {}
    for line in map(json.loads, lines):
        found.setdefault(line["figure"], []).append(line)
    return {name: (statistics.median(l["seconds"] for l in lines), lines[0]["answer"]) for name, lines in found.items()}


def main():
    binaries = Path(sys.argv[1])
    spells, turns = (int(sys.argv[n]) if len(sys.argv) > n else v for n, v in ((2, 1_000_000), (3, 3)))
    python = os.environ.get("DIMINUENDO_PYTHON", sys.executable)
    peer = subprocess.run([python, "-c", "import lifelines; print(lifelines.__version__)"], capture_output=True, text=True)
    if peer.returncode != 0:
        sys.exit("needs lifelines: set DIMINUENDO_PYTHON to a Python that has it (pip install lifelines)")
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        # lifelines' Cox model with late entry takes time that grows with the square of the distinct times: a million is out of reach.
        for times, count, last in (("days", spells, "cox"), ("continuous", spells, "kaplan-meier"), ("continuous", spells // 50, "cox")):
            path = Path(scratch) / times
            subprocess.run([python, "-c", MAKE, str(count), str(path), times], check=True)
            ours = results([binaries / "examples" / "survival", path, 3, turns, last])
            theirs = results([python, "-c", PEER, path, 3, turns, last])
            for figure, (seconds, answer) in ours.items():
                other, expected = theirs[figure]
                if abs(answer - expected) > 1e-5 * abs(expected):
                    sys.exit(f"{figure} of {times}: {answer} is not lifelines' {expected}")
                rows.append({"figure": figure, "times": times, "spells": count, "ours_s": round(seconds, 4),
                             "lifelines_s": round(other, 3), "times_faster": round(other / seconds, 1)})
    notes = f"Medians of {turns} turns, of nine curves each; ours on both cores, lifelines as it comes. \"kaplan-meier\" is the curve and its median, in ours with the interval; \"all bounds\" besides reads the pointwise bounds at all times for the widest, which ours works out when they are read and lifelines before. The median, the widest and the first coefficient agree to 1e-5 (lifelines stops its fit there)."
    measure.keep("survival", "Kaplan–Meier and Cox beside lifelines", rows, [f"lifelines {peer.stdout.strip()}"], notes)


main()
