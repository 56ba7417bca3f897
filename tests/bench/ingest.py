"""ingest beside DuckDB on v1.1 JSON lines (plain and packed) and on CSV, and beside twarc-csv on v2 pages: every post of a synthetic study.

    python3 tests/bench/ingest.py BIN_FOLDER [SCRATCH_FOLDER [SCALE [TURNS]]]

DuckDB is run where the Python of DIMINUENDO_PYTHON has it, twarc-csv where that of DIMINUENDO_TWARC has it (with pandas 2). DuckDB
reads the same keys into one table of nested columns; ingest makes rows of their own of nested posts and of accounts, resolves entities
and times, hashes its input and keeps a ledger. v2 pages come in two kinds: one post each, as a stream sends them, and up to 500, twarc2's
most; twarc-csv reads the first megabytes of each, and is compared by megabytes a second.

Where the time goes is measured in turns of their own, on one thread and by symbol, where perf is installed.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
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


# twarc-csv reads a file of at most so many bytes: what it takes grows with the file, and a gigabyte would take it minutes.
TWARC_BYTES = 60_000_000
# Columns of a platform release as simulate writes them; times are text in the peer's file, since ingest's are read and checked.
RELEASE = """tweetid userid user_display_name user_screen_name user_reported_location user_profile_description user_profile_url
    follower_count:BIGINT following_count:BIGINT account_creation_date:DATE account_language tweet_language tweet_text
    tweet_time:TIMESTAMP tweet_client_name in_reply_to_userid in_reply_to_tweetid quoted_tweet_tweetid is_retweet:BOOLEAN retweet_userid
    retweet_tweetid latitude:DOUBLE longitude:DOUBLE quote_count:BIGINT reply_count:BIGINT like_count:BIGINT retweet_count:BIGINT hashtags
    urls user_mentions poll_choices"""

# Stages and what symbols of theirs hold, the first that fits counts.
STAGES = [
    ("read from disk (kernel)", ["_copy_to_iter", "filemap", "copy_page", "copy_user", "ext4", "xfs", "vfs_read"]),
    ("memory and threads (kernel)", ["[k]"]),
    ("hash (BLAKE3)", ["blake3"]),
    ("unpack", ["inflate", "ZSTD_decompress", "HUF_decompress", "lzma", "bzip2", "crc32"]),
    ("compress (zstd)", ["ZSTD", "HUF_", "FSE_", "HIST_"]),
    ("Parquet encoding", ["parquet", "hash_one", "hashbrown", "arrow_row", "arrow_ord"]),
    ("rows and columns", ["tables::", "arrow", "ingest::sink", "twitter::v1", "twitter::v2", "twitter::Reading", "mapping", "ingest::text",
                          "ingest::moment", "chrono"]),
    ("JSON or CSV parsing", ["json", "Deserialize", "serde", "drop_in_place", "ingest::record", "ingest::parse", "from_utf8", "csv",
                             "number", "dec2flt"]),
    ("split into lines", ["memchr", "ingest::frame", "movemask"]),
    ("memory (malloc, copies, comparisons)", ["malloc", "free", "unlink_chunk", "realloc", "mem", "alloc"]),
]


def stages(command, folder):
    """CPU time by stage, from the symbols where perf finds a run on one thread; nothing without perf."""
    if not shutil.which("perf"):
        return None
    data = folder / "perf.data"
    record = ["perf", "record", "-q", "-F", "2000", "-o", data, "--", *command, "-j", "1"]
    if subprocess.run(record, capture_output=True, check=False).returncode != 0:
        return None
    report = ["perf", "report", "-i", data, "--stdio", "-F", "period,dso,symbol", "-t", "\t"]
    text = subprocess.run(report, capture_output=True, text=True, check=True).stdout
    found = Counter()
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            period, name = line.strip().split("\t", 1)
            stage = next((stage for stage, marks in STAGES if any(mark in name for mark in marks)), "everything else")
            found[stage] += int(period)
    total = sum(found.values())
    return {stage: times / total for stage, times in found.items()}


def dumped(record):
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def joined(files, folder, posts):
    """Pages of one post joined to pages of so many, each author and each post carried along once, as Twitter's interface does."""
    folder.mkdir()
    for file in files:
        with open(file) as lines, open(folder / file.name, "w") as output:
            held = []
            for line in lines:
                try:
                    record = json.loads(line)
                except ValueError:
                    continue
                if isinstance(record, dict) and isinstance(record.get("data"), dict):
                    held.append(record)
                if len(held) == posts:
                    output.write(dumped(page(held)) + "\n")
                    held = []
            if held:
                output.write(dumped(page(held)) + "\n")
    return sorted(file for file in folder.iterdir() if file.stat().st_size)


def page(records):
    """A page of the posts of others."""
    carried = {}
    for record in records:
        for name, items in record.get("includes", {}).items():
            of_name = carried.setdefault(name, {})
            for item in items:
                of_name.setdefault(item["id"], item)
    return {
        "data": [record["data"] for record in records],
        "includes": {name: list(items.values()) for name, items in carried.items()},
        "meta": {"newest_id": records[0]["data"]["id"], "oldest_id": records[-1]["data"]["id"], "result_count": len(records)},
        **{key: value for key, value in records[-1].items() if key not in ("data", "includes", "meta")},
    }


def first_pages(files, path):
    """The first megabytes of some files of lines, in one, and how many they are."""
    left = TWARC_BYTES
    with open(path, "wb") as output:
        for file in files:
            with open(file, "rb") as lines:
                for line in lines:
                    if len(line) > left:
                        return path, path.stat().st_size / 1e6
                    # What a stream sends besides pages stops twarc-csv.
                    if line.startswith(b'{"') and b'"data":' in line and line.endswith(b"}\n"):
                        output.write(line)
                        output.flush()
                        left -= len(line)
    return path, path.stat().st_size / 1e6


def release_script(files, output, threads):
    columns = [name.split(":") for name in RELEASE.split()]
    columns = ", ".join(f"'{name}': '{kind[0] if kind else 'VARCHAR'}'" for name, *kind in columns)
    return f"""
import duckdb
duckdb.execute("SET threads = {threads}")
duckdb.execute('''COPY (SELECT * FROM read_csv({[str(file) for file in files]}, header = true, delim = ',', quote = '"', escape = '"',
    timestampformat = '%Y-%m-%d %H:%M', ignore_errors = true, columns = {{{columns}}})) TO '{output}' (FORMAT parquet, COMPRESSION zstd)''')
"""


def simulated(binaries, folder, name, scale, *options):
    """Every post of a synthetic study as files of posts, and their size in megabytes."""
    made = folder / name
    every = ["--params", every_post(folder), "--post-share", "1", "--scale", scale, "--compress", "none", *options]
    subprocess.run([binaries / "simulate", *every, "-o", made, "-q"], check=True)
    files = sorted((made / "raw").glob("tweets-*.*"))
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
        version = twarc and said_by(twarc, "import importlib.metadata as m; print('twarc-csv', m.version('twarc-csv'))")
        if version:
            versions.append(version)
        single, megabytes = simulated(binaries, folder, "v2", str(0.8 * float(scale)), "--format", "v2")
        for name, pages in (("v2, pages of 1", single), ("v2, pages of 500", joined(single, folder / "pages", 500))):
            megabytes = sum(file.stat().st_size for file in pages) / 1e6
            contenders.append((name, "ingest", megabytes, ingest(*pages)))
            if version:
                part, size = first_pages(pages, folder / f"{len(contenders)}.jsonl")
                rows_csv = folder / "rows.csv"
                contenders.append((name, "twarc-csv", size, ([twarc, "-W", "ignore", "-c", TWARC_CSV, rows_csv, part], rows_csv)))
        csv_files, megabytes = simulated(binaries, folder, "csv", scale, "--format", "csv")
        contenders.append(("CSV", "ingest", megabytes, ingest(*csv_files)))
        if duckdb:
            script = release_script(csv_files, theirs / "all.parquet", threads)
            contenders.append(("CSV", "DuckDB read_csv", megabytes, ([python, "-c", script], theirs)))
        for turn in range(1, turns + 1):
            for name, run, size, (command, output) in contenders:
                row = {"input": name, "run": run, "turn": turn, "input_mb": round(size), **measure.run(command)}
                row["mb_per_s"] = round(size / row["wall_s"])
                is_table = output.is_dir()
                row["parquet_mb"] = round(measure.size(output) / 1e6, 1) if is_table else ""
                rows.append(row)
                print(row, file=sys.stderr)
        shares = {name: stages(command, folder) for name, run, _, (command, _) in contenders if run == "ingest"}
    notes = ratios(rows) + "\n\n" + where_time_goes(shares)
    measure.keep("ingest", "ingest: archives to Parquet", rows, versions, notes=notes)


def where_time_goes(shares):
    """Shares of CPU time by stage, a column for each input."""
    names = [name for name, found in shares.items() if found]
    if not names:
        return "Where the time goes was not measured: there is no perf here."
    stages_found = [stage for stage, _ in STAGES] + ["everything else"]
    lines = ["Where the CPU time goes, by the symbols in which perf finds one parsing thread:", "",
             "| stage | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    for stage in stages_found:
        if any(stage in shares[name] for name in names):
            lines.append(f"| {stage} | " + " | ".join(f"{shares[name].get(stage, 0):.0%}" for name in names) + " |")
    return "\n".join(lines)


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
