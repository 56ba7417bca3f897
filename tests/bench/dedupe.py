"""dedupe's exact copies beside DuckDB's QUALIFY row_number() over the same Parquet with the same threads.

    python3 tests/bench/dedupe.py BIN_FOLDER [SCRATCH_FOLDER [TURNS [MOST_POSTS]]]

Run with the Python of DIMINUENDO_PYTHON, which has DuckDB and pyarrow. The posts are those of a synthetic study, each once, block
after block under new ids; a share of the rows are later records (an hour on, more likes) of posts of the same or an earlier block.
The other tables are empty. DuckDB keeps one row a post; dedupe also merges counts and missing fields, and lists every dropped row.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import measure
from simulate import every_post

OTHERS = ["accounts", "availability", "follows", "roster", "rejects", "post_ids"]
CASES = [(1_000_000, 0.01), (1_000_000, 0.4), (10_000_000, 0.01), (10_000_000, 0.4)]

# {posts}, {output} and {threads} are filled in.
DUCKDB = """
import duckdb
duckdb.execute("SET threads = {threads}")
duckdb.execute("SET temp_directory = '{output}.tmp'")
duckdb.execute('''COPY (SELECT * FROM read_parquet('{posts}') QUALIFY row_number() OVER (PARTITION BY platform, post_id
    ORDER BY observed_at DESC NULLS LAST, likes + reposts + replies + quotes DESC NULLS LAST, length(text) DESC NULLS LAST,
        source_file, source_line, source_part) = 1)
    TO '{output}' (FORMAT parquet, COMPRESSION zstd)''')
"""

MAKE = '''
import sys
import numpy as np
import pyarrow as pa, pyarrow.compute as pc, pyarrow.parquet as pq
source, target, posts, share, others = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), sys.argv[5:]

def schema_of(path):
    footer = {k: v for k, v in pq.read_metadata(path).metadata.items() if k != b"ARROW:schema"}
    return pq.read_schema(path).with_metadata(footer)

def write(path, schema):
    plain = {"post_id", "source_line", "posted_at", "observed_at"}
    return pq.ParquetWriter(path, schema, compression="zstd", compression_level=3, use_compliant_nested_type=False,
        use_dictionary=[name for name in schema.names if name not in plain], write_page_index=True)

for name in others:
    schema = schema_of(f"{source}/{name}.parquet")
    with write(f"{target}/{name}/made.parquet", schema) as file:
        file.write_table(schema.empty_table())

schema = schema_of(f"{source}/posts.parquet")
base = pq.read_table(f"{source}/posts.parquet")
ids = base["post_id"].to_pandas()
base = base.filter(pa.array(~ids.duplicated() & ids.notna()))
chance = np.random.default_rng(2016)
copies = round(len(base) * share / (1 - share))
written = block = 0

def put(table, name, values):
    return table.set_column(table.schema.get_field_index(name), schema.field(name), pa.chunked_array([values]).cast(schema.field(name).type))

with write(f"{target}/posts/made.parquet", schema) as file:
    while written < posts:
        ids = base["post_id"].combine_chunks()
        first = put(base, "post_id", pc.binary_join_element_wise(str(block + 1), ids, ""))
        again = base.take(chance.permutation(len(base))[:copies])
        earlier = pa.array((chance.integers(0, block + 1, copies) + 1).astype(str))
        again = put(again, "post_id", pc.binary_join_element_wise(earlier, again["post_id"].combine_chunks(), ""))
        again = put(again, "observed_at", pc.add(again["observed_at"].combine_chunks(), pa.scalar(3600_000, pa.duration("ms"))))
        again = put(again, "likes", pc.add(again["likes"].combine_chunks(), 1))
        rows = pa.concat_tables([first, again])
        rows = rows.take(chance.permutation(len(rows))).slice(0, posts - written)
        rows = put(rows, "source_file", pa.array([f"{block:04}.jsonl"] * len(rows)))
        rows = put(rows, "source_line", pa.array(range(1, len(rows) + 1)))
        rows = put(rows, "source_part", pa.array([0] * len(rows)))
        file.write_table(rows, row_group_size=131072)
        written, block = written + len(rows), block + 1
'''


def main():
    binaries = Path(sys.argv[1])
    scratch = sys.argv[2] if len(sys.argv) > 2 else None
    turns = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    most = int(sys.argv[4]) if len(sys.argv) > 4 else 10_000_000
    python, threads = os.environ.get("DIMINUENDO_PYTHON", sys.executable), os.cpu_count()
    answer = [python, "-c", "import duckdb; print('DuckDB', duckdb.__version__)"]
    duckdb = subprocess.run(answer, capture_output=True, text=True, check=True).stdout.strip()
    rows = []
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        folder = Path(folder)
        every = ["--params", every_post(folder), "--post-share", "1", "--scale", "0.2", "--compress", "none"]
        subprocess.run([binaries / "simulate", *every, "-o", folder / "made", "-q"], check=True)
        subprocess.run([binaries / "ingest", folder / "made" / "raw", "-o", folder / "base", "-q"], check=True)
        shutil.rmtree(folder / "made")
        for posts, share in CASES:
            if posts > most:
                continue
            source = folder / "source"
            source.mkdir()
            for name in ["ledger.parquet", "run.json"]:
                shutil.copy(folder / "base" / name, source / name)
            made = {name: measure.in_place_of(source, name) for name in ["posts", *OTHERS]}
            subprocess.run([python, "-c", MAKE, folder / "base", source, str(posts), str(share), *OTHERS], check=True)
            ours, theirs = folder / "dedupe", folder / "duckdb.parquet"
            script = DUCKDB.format(posts=made["posts"], output=theirs, threads=threads)
            dedupe = [binaries / "dedupe", source, "-o", ours, "--near", "off", "--no-linkage", "-q", "--force", "-j", str(threads)]
            contenders = [
                ("dedupe", dedupe, ours / "posts.parquet"),
                ("dedupe --memory 100MB", [*dedupe, "--memory", "100MB"], ours / "posts.parquet"),
                ("DuckDB", [python, "-c", script], theirs),
            ]
            for turn in range(1, turns + 1):
                for name, command, output in contenders:
                    row = {"posts": posts, "copies": share, "run": name, "turn": turn, **measure.run(command)}
                    row["parquet_mb"] = round(output.stat().st_size / 1e6, 1)
                    rows.append(row)
                    print(row, file=sys.stderr)
            shutil.rmtree(source)
            shutil.rmtree(ours)
            theirs.unlink()
    measure.keep("dedupe", "dedupe: exact copies", rows, [measure.version(binaries / "dedupe"), duckdb], notes=ratios(rows))


def ratios(rows):
    """For every input: how many times as fast as DuckDB (medians, and turn by turn), and the most memory of each."""
    lines = []
    for case in dict.fromkeys((row["posts"], row["copies"]) for row in rows):
        of = {}
        for row in rows:
            if (row["posts"], row["copies"]) == case:
                of.setdefault(row["run"], []).append(row)
        theirs = [row["wall_s"] for row in of["DuckDB"]]
        for name in of:
            if name == "DuckDB":
                continue
            ours = [row["wall_s"] for row in of[name]]
            pairs = [other / mine for mine, other in zip(ours, theirs)]
            lines.append(
                f"{case[0]} posts, {case[1]:.0%} copies: {name} is {statistics.median(theirs) / statistics.median(ours):.2f} times "
                f"as fast as DuckDB (medians; turn by turn {min(pairs):.2f} to {max(pairs):.2f}); at the peak "
                f"{max(row['peak_mb'] for row in of[name])} MB beside {max(row['peak_mb'] for row in of['DuckDB'])} MB."
            )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
