"""ingest beside DuckDB on v1.1 JSON lines: every post of a synthetic study, to zstd Parquet.

    python3 tests/bench/ingest.py BIN_FOLDER [SCRATCH_FOLDER [SCALE]]

DuckDB is run where the Python of DIMINUENDO_PYTHON has it. It reads the same keys into one table of nested columns; ingest makes
rows of their own of nested posts and of accounts, resolves entities and times, hashes its input and keeps a ledger.
"""

import os
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


def main():
    binaries = Path(sys.argv[1])
    scratch = sys.argv[2] if len(sys.argv) > 2 else None
    scale = sys.argv[3] if len(sys.argv) > 3 else "0.3"
    python = os.environ.get("DIMINUENDO_PYTHON")
    threads = os.cpu_count()
    rows, versions = [], [measure.version(binaries / "ingest")]
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        folder = Path(folder)
        made = folder / "simulated"
        options = ["--params", every_post(folder), "--post-share", "1", "--scale", scale, "--compress", "none"]
        subprocess.run([binaries / "simulate", *options, "-o", made, "-q"], check=True)
        files = sorted((made / "raw").glob("tweets-*.jsonl"))
        megabytes = sum(file.stat().st_size for file in files) / 1e6
        contenders = {"ingest": ([binaries / "ingest", *files, "-q", "--force", "-o", folder / "ingest"], folder / "ingest")}
        if python:
            asked = [python, "-c", "import duckdb; print('DuckDB', duckdb.__version__)"]
            versions.append(subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip())
            script = duckdb_script(files, folder / "duckdb" / "all.parquet", threads)
            (folder / "duckdb").mkdir()
            contenders["DuckDB read_json"] = ([python, "-c", script], folder / "duckdb")
        for turn in (1, 2, 3):
            for name, (command, output) in contenders.items():
                row = {"run": name, "turn": turn, "input_mb": round(megabytes), **measure.run(command)}
                row["mb_per_s"] = round(megabytes / row["wall_s"])
                row["parquet_mb"] = round(measure.size(output) / 1e6, 1)
                rows.append(row)
                print(row, file=sys.stderr)
    measure.keep("ingest", "ingest: v1.1 JSON lines to Parquet", rows, versions)


if __name__ == "__main__":
    main()
