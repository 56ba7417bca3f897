"""Time and memory of counting content: enrich on ten million posts of a hundred thousand accounts, and the family content of metrics.

    python3 tests/bench/content.py BIN_FOLDER [SCRATCH_FOLDER [POSTS [OTHER_BIN_FOLDER]]]

The posts are made here, without texts, so that no language is told (which takes most of enrich on real posts, and is measured
by languages.py): what is left is what content is measured against. Hashtags, links and clients are long-tailed: 300,000, 100,000 and 300
of them, by Zipf's law. OTHER_BIN_FOLDER has another build of ingest, dedupe and enrich, to compare with. Needs pyarrow and numpy.
"""

import json
import multiprocessing
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy
import pyarrow as pa
import pyarrow.parquet as pq

import measure

ACCOUNTS = 100_000
CHUNK = 500_000
START = 1_433_116_800_000
DAYS = 150


def lists(random, words, mean, rows, exponent):
    """As many lists of words, long-tailed."""
    counts = random.poisson(mean, rows)
    offsets = numpy.concatenate([[0], numpy.cumsum(counts)]).astype(numpy.int32)
    picked = (random.zipf(exponent, offsets[-1]) - 1) % len(words)
    return pa.ListArray.from_arrays(pa.array(offsets), words.take(pa.array(picked)).cast(pa.string()))


def write_posts(path, like, posts):
    """Writes posts in the schema, and with the footer, of another table."""
    item = pa.list_(pa.field("item", pa.string(), nullable=False))
    schema = pq.read_schema(like)
    schema = pa.schema([field.with_type(item) if pa.types.is_list(field.type) else field for field in schema])
    footer = {key: value for key, value in pq.read_metadata(like).metadata.items() if key.startswith(b"diminuendo")}
    random = numpy.random.default_rng(20160218)
    tags = pa.array([f"Tag{i:06}" for i in range(300_000)])
    links = pa.array([f"https://www.site{i:05}.example{i % 3}.com/page" for i in range(100_000)])
    clients = pa.array([f"Client {i}" for i in range(300)])
    ids = pa.array([str(10**9 + 7919 * i) for i in range(ACCOUNTS)])
    with pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=False, use_compliant_nested_type=False) as writer:
        writer.add_key_value_metadata(footer)
        for first in range(0, posts, CHUNK):
            rows = min(CHUNK, posts - first)
            account = (random.zipf(1.3, rows) * 7919 + random.integers(0, ACCOUNTS, rows)) % ACCOUNTS
            made = {
                "platform": pa.array(["twitter"] * rows),
                "post_id": pa.array([str(first + i) for i in range(rows)]),
                "account_id": ids.take(pa.array(account)),
                "posted_at": pa.array(START + random.integers(0, DAYS * 86_400_000, rows)).cast(schema.field("posted_at").type),
                "kind": pa.array(numpy.where(random.random(rows) < 0.3, "repost", "original")),
                "hashtags": lists(random, tags, 1.0, rows, 1.2).cast(schema.field("hashtags").type),
                "urls": lists(random, links, 0.5, rows, 1.2).cast(schema.field("urls").type),
                "client": clients.take(pa.array((random.zipf(1.5, rows) - 1) % 300)),
                "source_file": pa.array(["made"] * rows),
                "source_line": pa.array(numpy.arange(first + 1, first + rows + 1)),
                "source_part": pa.array(numpy.zeros(rows, dtype=numpy.int64)),
            }
            columns = [made.get(field.name, pa.nulls(rows, field.type)) for field in schema]
            writer.write_table(pa.table([column.cast(field.type) for column, field in zip(columns, schema)], schema=schema))


def main():
    binaries = Path(sys.argv[1])
    scratch = sys.argv[2] if len(sys.argv) > 2 else None
    posts = int(sys.argv[3]) if len(sys.argv) > 3 else 10_000_000
    other = Path(sys.argv[4]) if len(sys.argv) > 4 else None
    rows = []
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        folder = Path(folder)
        sample = measure.ROOT / "datasets/sample"
        quiet = ["-q", "--force"]

        def deduped(binaries, name):
            """What dedupe wrote of the small sample, its posts to be replaced by ours."""
            subprocess.run([binaries / "ingest", sample / "raw", "-o", folder / "1", *quiet], check=True)
            subprocess.run([binaries / "dedupe", folder / "1", "--no-linkage", "-o", folder / name, *quiet], check=True)
            table = folder / name / "posts.parquet"
            made = folder / "posts.parquet"
            if not made.exists():
                # In a process of its own: what it held would count as its children's peak.
                writer = multiprocessing.get_context("spawn").Process(target=write_posts, args=(made, table, posts))
                writer.start()
                writer.join()
                if writer.exitcode != 0:
                    sys.exit("the posts could not be made")
            measure.in_place_of(folder / name, "posts").hardlink_to(made)
            return folder / name

        def stage(name, binary, *arguments):
            row = {"run": name, **measure.run([binary, *arguments, *quiet])}
            rows.append(row)
            print(row, file=sys.stderr)

        study = ["--study", measure.ROOT / "datasets/diminishing-returns-2016/study.toml"]
        if other:
            stage("enrich, the other build", other / "enrich", deduped(other, "2-other"), *study, "-o", folder / "3-other")
        stage("enrich", binaries / "enrich", deduped(binaries, "2"), *study, "-o", folder / "3")
        stage("metrics: content", binaries / "metrics", folder / "3", "--measure", "content", "-o", folder / "4")
        tables = json.loads((folder / "3" / "run.json").read_text())["tables"]
        held = {table["name"]: table["rows"] for table in tables}
    measure.keep(
        "content",
        "content: hashtags, domains and clients by account and day, and what metrics makes of them",
        rows,
        [measure.version(binaries / "enrich")],
        f"{posts:,} posts of {ACCOUNTS:,} accounts over {DAYS} days, made without texts; terms {held['terms']:,} rows, "
        f"posting_days {held['posting_days']:,}.",
    )


if __name__ == "__main__":
    main()
