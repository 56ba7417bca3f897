"""Time and memory of every stage on a whole archive: over ten million posts, a hundred thousand accounts, five million follows.

    python3 tests/bench/metrics.py BIN_FOLDER [FOLDER [SCALE [WORD…]]]

The archive is made by simulate: every post of everybody, more outsiders than in the study, and lists of follows of 43 % of the
listed accounts. In a FOLDER it stays, with what its stages took, and the next run there measures metrics alone. metrics is run
whole; with the word `each`, then family by family as well, so that it shows where its time goes. With the word `shared` the notes
say that others used the machine while the archive was made; with `tagged`, that platform's language tags stand in it for detected ones.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import measure
from simulate import PARAMETERS

SCALE = "4.15"
STUDY = measure.ROOT / "datasets/diminishing-returns-2016/study.toml"


def parameters(folder):
    """Every post, twice the outsiders, three times the lists of follows."""
    text = PARAMETERS.read_text()
    for name, value in [
        ("unlisted_post_share", "1.0"),
        ("stream_outages", "[]"),
        ("outsiders", "40000"),
        ("follow_lists_share", "0.43"),
    ]:
        text, found = re.subn(rf"(?m)^{name} = .*$", f"{name} = {value}", text)
        if found != 1:
            sys.exit(f"{PARAMETERS} does not say {name}, which this benchmark changes")
    path = Path(folder) / "whole.toml"
    path.write_text(text)
    return path


def rows_of(folder):
    """Rows by table of a stage directory, from its run.json."""
    tables = json.loads((Path(folder) / "run.json").read_text())["tables"]
    return {table["name"]: table["rows"] for table in tables}


def families(metrics):
    """The families that --measure takes."""
    said = subprocess.run([metrics, "--help"], capture_output=True, text=True, check=True).stdout
    listed = said.split("--measure", 1)[1].split("--print", 1)[0]
    return re.findall(r"(?m)^\s+- ([a-z_]+):", listed)


def prepare(binaries, folder, scale):
    """Makes the archive up to what metrics reads, unless it is there; what each stage took."""
    told = folder / "stages.json"
    if told.exists():
        return json.loads(told.read_text())
    simulated, whole = folder / "simulated", parameters(folder)
    rows = []
    for name, *arguments in [
        ("simulate", "--params", whole, "--post-share", "1", "--scale", scale, "--compress", "zst", "-o", simulated),
        ("ingest", simulated / "raw", "-o", folder / "1"),
        ("dedupe", folder / "1", "--personas", simulated / "personas.csv", "-o", folder / "2"),
        ("enrich", folder / "2", "--study", STUDY, "-o", folder / "3"),
    ]:
        rows.append(stage(binaries, name, name, *arguments))
    told.write_text(json.dumps(rows))
    return rows


def stage(binaries, name, run, *arguments):
    """Runs a stage; its row."""
    row = {"run": run, **measure.run([binaries / name, *arguments, "-q", "--force"])}
    print(row, file=sys.stderr, flush=True)
    return row


def main():
    binaries = Path(sys.argv[1])
    scale = sys.argv[3] if len(sys.argv) > 3 else SCALE
    words = sys.argv[4:]
    with tempfile.TemporaryDirectory() as passing:
        folder = Path(sys.argv[2] if len(sys.argv) > 2 else passing)
        folder.mkdir(parents=True, exist_ok=True)
        rows = prepare(binaries, folder, scale)
        rows.append(stage(binaries, "metrics", "metrics: all", folder / "3", "-o", folder / "4"))
        for family in families(binaries / "metrics") if "each" in words else []:
            rows.append(stage(binaries, "metrics", f"metrics: {family}", folder / "3", "--measure", family, "-o", folder / "family"))
        held = {**rows_of(folder / "2"), **rows_of(folder / "3")}
    sizes = ", ".join(f"{held[name]:,} {name}" for name in ["posts", "accounts", "availability", "follows", "interactions", "spells", "members"])
    notes = f"The archive, after dedupe: {sizes} (accounts: observations of them)."
    if "shared" in words:
        notes += " Others used the machine while it was made: of the stages before metrics, seconds of wall tell little."
    if "tagged" in words:
        notes += " Platform's language tags stand in it for detected languages, which is what enrich takes longest for: no row tells of enrich."
    title = "metrics, and every stage before it, on a whole archive"
    measure.keep("metrics", title, rows, [measure.version(binaries / "metrics")], notes)


if __name__ == "__main__":
    main()
