"""ingest beside DuckDB on v1.1 JSON lines, plain and packed, and beside twarc-csv on v2 pages: every post of a synthetic study.

    python3 tests/bench/ingest.py BIN_FOLDER [SCRATCH_FOLDER [SCALE [TURNS]]]

DuckDB is run where the Python of DIMINUENDO_PYTHON has it, twarc-csv where that of DIMINUENDO_TWARC has it (with pandas 2). DuckDB
reads the same keys into one table of nested columns; ingest makes
rows of their own of nested posts and of accounts, resolves entities and times, hashes its input and keeps a ledger.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import measure
from simulate import every_post

USER = """STRUCT(id_str VARCHAR, screen_name VARCHAR, name VARCHAR, description VARCHAR, "location" VARCHAR, url VARCHAR,
    lang VARCHAR, profile_image_url_https VARCHAR, created_at VARCHAR, followers_count BIGINT, friends_count BIGINT,
    statuses_count BIGINT, listed_count BIGINT, verified BOOLEAN, protected BOOLEAN)"""
POST = f"""created_at VARCHAR, id_str VARCHAR, text VARCHAR, full_text VARCHAR, lang VARCHAR, source VARCHAR,
    in_reply_to_status_id_str VARCHAR, in_reply_to_user_id_str VARCHAR, in_reply_to_screen_name VARCHAR,
    quoted_status_id_str VARCHAR, retweet_count BIGINT, favorite_count BIGINT, reply_count BIGINT, quote_count BIGINT,
    extended_tweet STRUCT(full_text VARCHAR), coordinates STRUCT(coordinates DOUBLE[]), place STRUCT(country_code VARCHAR),
    entities STRUCT(hashtags STRUCT(text VARCHAR)[], urls STRUCT(expanded_url VARCHAR)[],
        user_mentions STRUCT(id_str VARCHAR, screen_name VARCHAR)[]),
    "user" {USER}"""


def duckdb_script(files, output, threads):
    nested = f"STRUCT({POST})"
    columns = [*split(POST), f"observed_at VARCHAR", f"retweeted_status {nested}", f"quoted_status {nested}"]
    columns = ", ".join(f"{name}: '{kind}'" for name, kind in (column.strip().split(" ", 1) for column in columns))
    return f"""
import duckdb
duckdb.execute("SET threads = {threads}")
duckdb.execute('''COPY (SELECT * FROM read_json({[str(file) for file in files]}, format = 'newline_delimited',
    ignore_errors = true, columns = {{{columns}}})) TO '{output}' (FORMAT parquet, COMPRESSION zstd)''')
"""


def split(columns):
    """Columns of a list in which types hold commas of their own."""
    parts, depth, current = [], 0, ""
    for char in " ".join(columns.split()):
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == "," and depth == 0:
            parts.append(current)
            current = ""
        else:
            current += char
    return [*parts, current]


TWARC_CSV = """
import sys
from twarc_csv import CSVConverter
for name in sys.argv[2:]:
    with open(name) as pages, open(sys.argv[1], "w") as rows:
        CSVConverter(pages, rows).process()
"""


def simulated(binaries, folder, name, scale, *options):
    """Every post of a synthetic study as files of posts, and their size in megabytes."""
    made = folder / name
    every = ["--params", every_post(folder), "--post-share", "1", "--scale", scale, "--compress", "none", *options]
    subprocess.run([binaries / "simulate", *every, "-o", made, "-q"], check=True)
    files = sorted((made / "raw").glob("tweets-*.jsonl"))
    return files, sum(file.stat().st_size for file in files) / 1e6


def packed(folder, files):
    """The same packed: file by file and all in one as gz, all in one as zst."""
    several, gz, zst = [], folder / "all.jsonl.gz", folder / "all.jsonl.zst"
    for file in files:
        several.append(folder / f"{file.name}.gz")
        with open(several[-1], "wb") as output:
            subprocess.run(["gzip", "-6", "-c", file], stdout=output, check=True)
    with open(gz, "wb") as output:
        for part in several:
            output.write(part.read_bytes())
    cat = subprocess.Popen(["cat", *files], stdout=subprocess.PIPE)
    with open(zst, "wb") as output:
        subprocess.run(["zstd", "-q", "-3", "-c"], stdin=cat.stdout, stdout=output, check=True)
    cat.wait()
    return several, gz, zst


def said_by(python, question):
    """What a Python says, or nothing where it cannot."""
    answer = subprocess.run([python, "-c", question], capture_output=True, text=True, check=False)
    return answer.stdout.strip() if answer.returncode == 0 else None


def main():
    binaries = Path(sys.argv[1])
    scratch = sys.argv[2] if len(sys.argv) > 2 else None
    scale = sys.argv[3] if len(sys.argv) > 3 else "0.3"
    turns = int(sys.argv[4]) if len(sys.argv) > 4 else 5
    python, twarc = os.environ.get("DIMINUENDO_PYTHON"), os.environ.get("DIMINUENDO_TWARC")
    threads = os.cpu_count()
    rows, versions = [], [measure.version(binaries / "ingest")]
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        folder = Path(folder)
        ours, theirs = folder / "ingest", folder / "duckdb"
        theirs.mkdir()

        def ingest(*files):
            return [binaries / "ingest", *files, "-q", "--force", "-o", ours], ours

        lines, megabytes = simulated(binaries, folder, "v1", scale)
        several, gz, zst = packed(folder, lines)
        contenders = [("v1.1 lines", "ingest", megabytes, ingest(*lines))]
        if duckdb := python and said_by(python, "import duckdb; print('DuckDB', duckdb.__version__)"):
            versions.append(duckdb)
            for name, files in (("v1.1 lines", lines), ("v1.1, 7 .gz", several)):
                script = duckdb_script(files, theirs / "all.parquet", threads)
                contenders.append((name, "DuckDB read_json", megabytes, ([python, "-c", script], theirs)))
        contenders += [
            ("v1.1, 7 .gz", "ingest", megabytes, ingest(*several)),
            ("v1.1, one .gz", "ingest", megabytes, ingest(gz)),
            ("v1.1, one .zst", "ingest", megabytes, ingest(zst)),
        ]
        pages, megabytes = simulated(binaries, folder, "v2", "0.03", "--format", "v2")
        contenders.append(("v2 pages", "ingest", megabytes, ingest(*pages)))
        if version := twarc and said_by(twarc, "import importlib.metadata as m; print('twarc-csv', m.version('twarc-csv'))"):
            versions.append(version)
            command = [twarc, "-W", "ignore", "-c", TWARC_CSV, folder / "rows.csv", *pages]
            contenders.append(("v2 pages", "twarc-csv", megabytes, (command, folder / "rows.csv")))
        for turn in range(1, turns + 1):
            for name, run, size, (command, output) in contenders:
                row = {"input": name, "run": run, "turn": turn, "input_mb": round(size), **measure.run(command)}
                row["mb_per_s"] = round(size / row["wall_s"])
                is_table = output.is_dir()
                row["parquet_mb"] = round(measure.size(output) / 1e6, 1) if is_table else ""
                rows.append(row)
                print(row, file=sys.stderr)
    measure.keep("ingest", "ingest: JSON to Parquet", rows, versions, notes=ratios(rows))


def ratios(rows):
    """Of each input that a peer reads, too: how many times as fast the median turn is, and the least of all turns in pairs."""
    lines = []
    for name in dict.fromkeys(row["input"] for row in rows):
        speeds = {}
        for row in rows:
            if row["input"] == name:
                speeds.setdefault(row["run"], []).append(row["input_mb"] / row["wall_s"])
        ours = speeds.pop("ingest", [])
        for peer, theirs in speeds.items():
            pairs = [mine / other for mine, other in zip(ours, theirs)]
            median = statistics.median(ours) / statistics.median(theirs)
            lines.append(f"{name}: ingest is {median:.2f} times as fast as {peer} (medians; turn by turn {min(pairs):.2f} to "
                         f"{max(pairs):.2f}).")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
