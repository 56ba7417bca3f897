"""Time and memory of every stage on a whole archive: some ten million posts, a hundred thousand accounts, five million follows.

    python3 tests/bench/metrics.py BIN_FOLDER [SCRATCH_FOLDER [SCALE [each]]]

The archive is made by simulate: every post of everybody, more outsiders than in the study, and lists of follows of every listed
account. metrics is run whole; with `each`, then family by family as well, so that it shows where its time goes.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import measure
from simulate import PARAMETERS

SCALE = "2.5"
STUDY = measure.ROOT / "datasets/diminishing-returns-2016/study.toml"


def parameters(folder):
    """Every post, twice the outsiders, every list of follows."""
    text = PARAMETERS.read_text()
    for name, value in [
        ("unlisted_post_share", "1.0"),
        ("stream_outages", "[]"),
        ("outsiders", "40000"),
        ("follow_lists_share", "1.0"),
    ]:
        text, found = re.subn(rf"(?m)^{name} = .*$", f"{name} = {value}", text)
        if found != 1:
            sys.exit(f"{PARAMETERS} does not say {name}, which this benchmark changes")
    path = Path(folder) / "whole.toml"
    path.write_text(text)
    return path


def rows_of(folder):
    """Rows by table of a stage directory, from its run.json."""
    import json

    tables = json.loads((Path(folder) / "run.json").read_text())["tables"]
    return {table["name"]: table["rows"] for table in tables}


def families(metrics):
    """The families that --measure takes."""
    said = subprocess.run([metrics, "--help"], capture_output=True, text=True, check=True).stdout
    listed = said.split("--measure", 1)[1].split("--print", 1)[0]
    return re.findall(r"(?m)^\s+- ([a-z_]+):", listed)


def main():
    binaries = Path(sys.argv[1])
    scratch = sys.argv[2] if len(sys.argv) > 2 else None
    scale = sys.argv[3] if len(sys.argv) > 3 else SCALE
    rows = []
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        folder = Path(folder)

        def stage(name, run, *arguments):
            row = {"run": run, **measure.run([binaries / name, *arguments, "-q", "--force"])}
            rows.append(row)
            print(row, file=sys.stderr)

        simulated, whole = folder / "simulated", parameters(folder)
        stage("simulate", "simulate", "--params", whole, "--post-share", "1", "--scale", scale, "--compress", "zst", "-o", simulated)
        stage("ingest", "ingest", simulated / "raw", "-o", folder / "1")
        stage("dedupe", "dedupe", folder / "1", "--personas", simulated / "personas.csv", "-o", folder / "2")
        stage("enrich", "enrich", folder / "2", "--study", STUDY, "-o", folder / "3")
        stage("metrics", "metrics: all", folder / "3", "-o", folder / "4")
        for family in families(binaries / "metrics") if "each" in sys.argv[4:] else []:
            stage("metrics", f"metrics: {family}", folder / "3", "--measure", family, "-o", folder / "family")
        held = {**rows_of(folder / "2"), **rows_of(folder / "3")}
    sizes = ", ".join(f"{held[name]:,} {name}" for name in ["posts", "accounts", "availability", "follows", "interactions", "spells", "members"])
    measure.keep(
        "metrics",
        "metrics, and every stage before it, on a whole archive",
        rows,
        [measure.version(binaries / "metrics")],
        f"The archive, after dedupe: {sizes} (accounts: observations of them).",
    )


if __name__ == "__main__":
    main()
