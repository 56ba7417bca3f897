"""Peak memory of ingest, by kind of input and number of threads: what is long, large, many or packed.

    python3 tests/bench/memory.py BIN_FOLDER [SCRATCH_FOLDER]

About a gigabyte of each kind, made here; it takes a quarter of an hour and 12 GB of scratch.
"""

import gzip
import json
import multiprocessing
import subprocess
import sys
import tempfile
from pathlib import Path

import measure
from simulate import every_post

GIGABYTE = 10**9
THREADS = (2, 8)
# Records that are themselves long: --max-line allows 64 MiB by default.
LONGEST = 60_000_000
WRITE_LONG_LINE = f"""
import sys
block = b'x' * (1 << 20)
sys.stdout.buffer.write(b'{{"id":1,"text":"')
for _ in range({GIGABYTE} >> 20):
    sys.stdout.buffer.write(block)
sys.stdout.buffer.write(b'"}}\\n{{"id":2,"text":"tea","user":{{"id":7}}}}\\n')
"""


def page(posts, first):
    """A page of Twitter v2 with so many posts."""
    data, users = [], []
    for number in range(first, first + posts):
        author = str(number % 1_000)
        data.append({
            "id": str(10**18 + number), "author_id": author, "created_at": "2021-04-08T10:00:00.000Z", "lang": "en", "source": "Pen",
            "text": f"rain over the hills and tea in the garden, for the {number}th time #weather https://t.co/{number:x}",
            "entities": {"hashtags": [{"start": 0, "end": 8, "tag": "weather"}], "urls": [{"url": f"https://t.co/{number:x}",
                "expanded_url": f"https://weather.example/{number}"}]},
            "public_metrics": {"retweet_count": number % 7, "reply_count": 0, "like_count": number % 11, "quote_count": 0},
            "referenced_tweets": [{"type": "replied_to", "id": str(10**18 + number - 1)}], "in_reply_to_user_id": "7",
        })
    for number in range(min(posts, 1_000)):
        users.append({
            "id": str(number), "username": f"garden{number}", "name": f"Garden {number}", "description": "tea, trees, weather",
            "created_at": "2020-01-01T00:00:00.000Z", "verified": False, "protected": False,
            "public_metrics": {"followers_count": number, "following_count": 3, "tweet_count": 9, "listed_count": 1},
        })
    return json.dumps({"data": data, "includes": {"users": users}, "meta": {"result_count": posts}},
                      separators=(",", ":"))


def make(binaries, folder):
    """Makes the inputs. In a process of its own: a child's peak memory begins with that of the process that starts it."""
    made = folder / "simulated"
    options = ["--params", every_post(folder), "--post-share", "1", "--scale", "0.2", "--compress", "none"]
    subprocess.run([binaries / "simulate", *options, "-o", made, "-q"], check=True)
    lines = folder / "lines.jsonl"
    with open(lines, "wb") as out:
        for file in sorted((made / "raw").glob("tweets-stream-*.jsonl")):
            out.write(file.read_bytes())
    rows = lines.read_bytes().splitlines(keepends=True)
    array = folder / "array.json"
    with open(array, "wb") as out:
        out.write(b"[\n")
        whole = [row.rstrip(b"\n") for row in rows if row.startswith(b'{"') and row.endswith(b"}\n")]
        out.write(b",\n".join(whole))
        out.write(b"\n]\n")
    many = folder / "many"
    many.mkdir()
    each = len(rows) // 1_000 + 1
    for number in range(1_000):
        (many / f"{number:04}.jsonl").write_bytes(b"".join(rows[number * each:(number + 1) * each]))
    packed = {"gz": ["gzip", "-1k"], "zst": ["zstd", "-qk"], "xz": ["xz", "-1k", "-T2"], "bz2": ["bzip2", "-1k"]}
    for command in packed.values():
        subprocess.run([*command, lines], check=True)
    several = folder / "several"
    several.mkdir()
    for number in range(8):
        part = rows[number * len(rows) // 8:(number + 1) * len(rows) // 8]
        (several / f"{number}.jsonl.gz").write_bytes(gzip.compress(b"".join(part), 1))
    del rows, whole
    for name, posts, pages in (("pages.jsonl", 10_000, 160), ("long-pages.jsonl", 92_000, 8)):
        with open(folder / name, "w") as out:
            for number in range(pages):
                out.write(page(posts, number * posts) + "\n")
    with open(folder / "long-lines.jsonl", "w") as out:
        for number in range(8):
            post = {"id": number, "text": "tea " * (LONGEST // 4), "user": {"id": 7, "screen_name": "garden"}}
            out.write(json.dumps(post) + "\n")
    (folder / "map.toml").write_text('[posts]\nhandle = "who"\ntext = "what"\n')
    with open(folder / "rows.csv", "w") as out:
        out.write("who,what\n")
        for number in range(GIGABYTE // 100):
            out.write(f'garden{number % 5000},"{number}: rain over the hills, tea in the ""garden"" and all the weather of a year"\n')
    with open(folder / "long-rows.csv", "w") as out:
        out.write("who,what\n")
        for number in range(8):
            out.write(f'garden,"{"tea, " * (LONGEST // 5)}"\n')


def inputs_of(folder):
    """The inputs: name, and arguments."""
    mapped = ["--mapping", folder / "map.toml"]
    lines = folder / "lines.jsonl"
    return [
        ("v1.1 lines", [lines]), ("list of 1 GB", [folder / "array.json"]), ("1,000 files", [folder / "many"]),
        ("8 .gz", [folder / "several"]), *((f"one .{end}", [f"{lines}.{end}"]) for end in ("gz", "zst", "xz", "bz2")),
        ("v2 pages of 6 MB", [folder / "pages.jsonl"]), ("v2 pages of 50 MB", [folder / "long-pages.jsonl"]),
        ("lines of 60 MB", [folder / "long-lines.jsonl"]), ("CSV", [folder / "rows.csv", *mapped]),
        ("CSV rows of 60 MB", [folder / "long-rows.csv", *mapped]),
    ]


def main():
    binaries = Path(sys.argv[1])
    scratch = sys.argv[2] if len(sys.argv) > 2 else None
    rows = []
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        folder = Path(folder)
        child = multiprocessing.get_context("spawn").Process(target=make, args=(binaries, folder))
        child.start()
        child.join()
        if child.exitcode != 0:
            sys.exit("the inputs could not be made")
        for name, arguments in inputs_of(folder):
            path = Path(arguments[0])
            stored = measure.size(path) if path.is_dir() else path.stat().st_size
            for threads in THREADS:
                command = [binaries / "ingest", *arguments, "-q", "--force", "-j", threads, "-o", folder / "out"]
                rows.append({"input": name, "stored_mb": round(stored / 1e6), "threads": threads, **measure.run(command)})
                print(rows[-1], file=sys.stderr)
        for threads in THREADS:
            program = f"exec '{binaries}/ingest' - -q --force -j {threads} -o '{folder}/out'"
            row = measure.run(["sh", "-c", f"'{sys.executable}' -c \"$0\" | ({program})", WRITE_LONG_LINE])
            rows.append({"input": "a line of 1 GB, through a pipe", "stored_mb": 1_000, "threads": threads, **row})
    measure.keep("memory", "ingest: peak memory by kind of input", rows, [measure.version(binaries / "ingest")],
                 "A machine that is shared: times are those of a busy day, peaks are what counts here.")


if __name__ == "__main__":
    main()
