"""Time, memory and size of simulate, from a tenth of the study to a hundred times it, and with every post kept.

    python3 tests/bench/simulate.py BIN_FOLDER [SCRATCH_FOLDER [LARGEST_SCALE]]
"""

import re
import sys
import tempfile
from pathlib import Path

import measure

PARAMETERS = measure.ROOT / "datasets/diminishing-returns-2016/parameters.toml"


def every_post(folder):
    """Parameters under which the observer keeps every post of everybody: no outage, no sampling."""
    text = PARAMETERS.read_text()
    text, shares = re.subn(r"(?m)^unlisted_post_share = .*$", "unlisted_post_share = 1.0", text)
    text, outages = re.subn(r"(?m)^stream_outages = .*$", "stream_outages = []", text)
    if (shares, outages) != (1, 1):
        sys.exit(f"{PARAMETERS} does not say what this benchmark changes")
    path = Path(folder) / "every-post.toml"
    path.write_text(text)
    return path


def main():
    binary = Path(sys.argv[1]) / "simulate"
    scratch = sys.argv[2] if len(sys.argv) > 2 else None
    largest = float(sys.argv[3]) if len(sys.argv) > 3 else 100
    rows = []
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        whole = every_post(folder)
        runs = [(f"study, scale {scale}", ["--scale", scale]) for scale in ["0.1", "1", "10", "100"] if float(scale) <= largest]
        every = ["--params", whole, "--post-share", "1", "--scale", "2"]
        runs.append(("every post, scale 2, gz", every))
        runs.append(("every post, scale 2, uncompressed", [*every, "--compress", "none"]))
        for name, options in runs:
            output = Path(folder) / "out"
            row = {"run": name, **measure.run([binary, *options, "-o", output, "--force", "-q"])}
            row["raw_mb"] = round(measure.size(output, "raw") / 1e6, 1)
            row["truth_mb"] = round(measure.size(output, "truth") / 1e6, 1)
            rows.append(row)
            print(row, file=sys.stderr)
    measure.keep("simulate", "simulate: time, memory and size", rows, [measure.version(binary)])


if __name__ == "__main__":
    main()
