"""Near-copies: dedupe beside gaoya, rensa, datasketch and text-dedup, on the same posts and threshold, and its growth.

    python3 tests/bench/near.py BIN_FOLDER [SCRATCH_FOLDER [LARGEST [TURNS]]]

LARGEST is the largest number of posts, 10000000 if not given. The peers are run where the Python of DIMINUENDO_PEERS has them (pip:
rensa, datasketch, gaoya, text-dedup), each up to the size that it bears. What they find is held against exact Jaccard similarities
where the Python of DIMINUENDO_PYTHON has scipy: all pairs of some posts with any other.

Everybody reads the same texts, which normalisation does not change, as sets of four characters in a row. Peers work with 16 bands of 6
functions, which bring a pair at the threshold together with a probability of 0.992, dedupe with its usual 23 (0.999). Peers get a file
with a text a line, and say which posts belong together. dedupe reads and writes its tables, takes exact duplicates out, compares
candidates exactly and counts campaigns; `dedupe --near off` is what of it is not for near-copies.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import measure

# The largest number of posts at which a peer is run: beyond that it takes hours, or more memory than there is.
BEARS = {"gaoya": 10**6, "rensa flags": 10**6, "rensa candidates": 10**6, "datasketch": 10**5, "text-dedup": 10**5}


def main():
    binaries = Path(sys.argv[1]).resolve()
    scratch = sys.argv[2] if len(sys.argv) > 2 else None
    largest = int(sys.argv[3]) if len(sys.argv) > 3 else 10**7
    turns = int(sys.argv[4]) if len(sys.argv) > 4 else 3
    witness, peers = os.environ.get("DIMINUENDO_PYTHON"), os.environ.get("DIMINUENDO_PEERS")
    here = Path(__file__).resolve().parent
    if not witness:
        sys.exit("DIMINUENDO_PYTHON must name a Python with pyarrow, numpy and scipy (.ci/witnesses.txt)")
    rows, versions = [], [measure.version(binaries / "dedupe")]
    if peers:
        names = "[m.version(n) for n in ('gaoya', 'rensa', 'datasketch', 'text-dedup')]"
        said = subprocess.run([peers, "-c", f"import importlib.metadata as m; print(*{names})"], capture_output=True, text=True)
        if said.returncode != 0:
            sys.exit(f"{peers} has not all of gaoya, rensa, datasketch, text-dedup")
        versions += [" ".join(pair) for pair in zip(BEARS_NAMES, said.stdout.split())]
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        folder = Path(folder)
        for posts in [n for n in (10**5, 10**6, 10**7) if n <= largest] or [largest]:
            given, texts, out = folder / "posts", folder / "texts", folder / "out"
            subprocess.run([witness, here / "near_posts.py", binaries, str(posts), given, texts], check=True)
            ours = [binaries / "dedupe", given, "--no-linkage", "-q", "--force", "-o", out]
            runs = {"dedupe": ours, "dedupe -j 1": [*ours, "-j", "1"], "dedupe --near off": [*ours, "--near", "off"]}
            if peers:
                found = folder / "found.npy"
                peer = [peers, "-W", "ignore", here / "near_peers.py"]
                runs |= {name: [*peer, name, texts, found] for name, most in BEARS.items() if posts <= most}
            for turn in range(1, turns + 1 if posts <= 10**6 else 2):
                for name, command in runs.items():
                    if turn > 1 and posts > 10**5 and not name.startswith("dedupe"):
                        continue
                    row = {"posts": posts, "run": name, "turn": turn, **measure.run(command), "recall": "", "pairs": ""}
                    row["us_per_post"] = round(row["wall_s"] / posts * 1e6, 2)
                    if turn == 1 and "--near" not in command and posts <= 10**6:
                        what = out if name.startswith("dedupe") else found
                        score = subprocess.run([witness, here / "near_score.py", texts, what], check=True, capture_output=True, text=True)
                        row["recall"], row["pairs"] = score.stdout.split()
                    rows.append(row)
                    print(row, file=sys.stderr, flush=True)
    measure.keep("near", "dedupe: near-copies", rows, versions, notes=notes(rows))


BEARS_NAMES = ("gaoya", "rensa", "datasketch", "text-dedup")


def notes(rows):
    """How many times as fast dedupe is as each peer, and how it grows."""
    walls = {}
    for row in rows:
        walls.setdefault((row["posts"], row["run"]), []).append(row["wall_s"])
    medians = {key: statistics.median(times) for key, times in walls.items()}
    lines = ["Recall: of the pairs of posts that are at least 0.8 similar by exact Jaccard (counted beside it, of a sample with all), those",
             "that a run puts together. `rensa flags` says only which posts have a copy somewhere; its recall is that of posts in pairs.",
             "Peers' candidates are not compared exactly, but by gaoya and datasketch by signatures.", ""]
    for (posts, run), wall in medians.items():
        if not run.startswith("dedupe"):
            lines.append(f"* {posts:,} posts: dedupe, all that it does, is {wall / medians[posts, 'dedupe']:.1f} times as fast as {run}.")
    sizes = sorted({posts for posts, _ in medians})
    for less, more in zip(sizes, sizes[1:]):
        ratio = medians[more, "dedupe"] / medians[less, "dedupe"]
        lines.append(f"* {more // less} times the posts, from {less:,} to {more:,}, take {ratio:.1f} times as long.")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
