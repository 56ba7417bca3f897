"""What dedupe finds of near-copies in real posts, held against brute force, by length of text and threshold.

    python3 tests/bench/near_recall.py BIN_FOLDER [MOST_TEXTS [THRESHOLD,…]]

Reads the archives below DIMINUENDO_DATA; writes datasets/validation/near-copies.csv and .md, counts only. Of each archive, so many
posts are taken that brute force ends (MOST_TEXTS distinct texts, 15000 if not given). Copies to the letter after normalisation are not
counted: they are found whatever the signatures say. With thresholds given nothing is kept, and the exit code is 1 when recall at 0.8
and above is under 0.95 anywhere or a cluster is one that brute force does not know.
"""

import csv
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

import measure
from near_exact import components, letters, normalise, similar_pairs

THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9)
LENGTHS = (0, 40, 80, 120, 200, 10**9)


def fifth_tribe(data):
    with open(data / "fifthtribe" / "tweets.csv", encoding="utf-8", newline="") as file:
        return [row["tweets"] for row in csv.DictReader(file)]


def ira(data):
    zstd = subprocess.run(["zstd", "-dcq", data / "ira-538" / "tweets.csv.zst"], capture_output=True, check=True)
    rows = csv.DictReader(zstd.stdout.decode().splitlines(keepends=True))
    return [row.get("content") or row.get("text") or "" for row in rows]


def paraphrases(data):
    texts = []
    for part in ("train", "test"):
        with open(data / "neardup" / f"msr_paraphrase_{part}.txt", encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            texts += [text for row in rows if row[0] in ("0", "1") for text in row[3:5]]
    return texts


ARCHIVES = {"fifthtribe": fifth_tribe, "ira-538": ira, "neardup": paraphrases}


def some(texts, most):
    """Stretches of the texts in alphabetical order, so that near-copies that begin alike stay among them."""
    distinct = sorted({normal: text for text in texts if letters(normal := normalise(text)) >= 12}.items())
    if len(distinct) <= most:
        return [text for _, text in distinct]
    rng = random.Random(1)
    chosen = {}
    while len(chosen) < most:
        first = rng.randrange(len(distinct))
        chosen.update(distinct[first:first + 20])
    return list(chosen.values())[:most]


def as_archive(texts, binaries, folder):
    """The texts as posts of many accounts, read in."""
    with open(folder / "posts.jsonl", "w") as file:
        for n, text in enumerate(texts, 1):
            escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            record = {"id_str": str(n), "created_at": "Thu Jul 02 10:00:00 +0000 2015", "text": escaped, "user": {"id_str": str(n)}}
            file.write(json.dumps(record) + "\n")
    subprocess.run([binaries / "ingest", folder / "posts.jsonl", "-q", "-o", folder / "ingested"], check=True)
    return folder / "ingested"


def clusters_of(ingested, threshold, binaries, folder):
    """By the post's number: its cluster and its similarity to the representative; and the representatives."""
    out = folder / f"at-{threshold}"
    subprocess.run([binaries / "dedupe", ingested, "-q", "--near", str(threshold), "-o", out], check=True)
    members = pq.read_table(out / "cluster_members.parquet").to_pylist()
    facts = json.loads((out / "run.json").read_text())["facts"]["near_copies"]
    assert facts["texts_not_all_compared"] == 0, facts
    of = {int(row["post_id"]) - 1: (row["cluster_id"], row["similarity"]) for row in members}
    return of, {row["cluster_id"]: int(row["post_id"]) - 1 for row in members if row["representative"]}


def judge(name, texts, thresholds, binaries):
    """Rows of the result for one archive."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        ingested = as_archive(texts, binaries, folder)
        known = pq.read_table(ingested / "posts.parquet", columns=["post_id", "text"]).to_pylist()
        normal = [""] * len(texts)
        for row in known:
            normal[int(row["post_id"]) - 1] = normalise(row["text"])
        pairs = similar_pairs(normal, 0.3)
        exact = {(int(i), int(j)): s for i, j, s in pairs}
        shorter = np.array([min(len(normal[i]), len(normal[j])) for i, j in zip(pairs["i"], pairs["j"])])
        for threshold in thresholds:
            of, representatives = clusters_of(ingested, threshold, binaries, folder)
            near = pairs["similarity"] >= threshold
            component = components(pairs[near], len(texts))
            # Every cluster is part of a component of the exact pairs, and similarities are those of brute force.
            foreign = sum(component[post] != component[representatives[cluster]] for post, (cluster, _) in of.items())
            wrong = 0
            for post, (cluster, similarity) in of.items():
                first = representatives[cluster]
                pair = (min(post, first), max(post, first))
                true = 1.0 if post == first else exact.get(pair)
                wrong += abs(true - similarity) > 1e-12 if true is not None else similarity >= 0.3
            together = np.array([of.get(i, (-1,))[0] == of.get(j, (-2,))[0] for i, j in zip(pairs["i"], pairs["j"])])
            for low, high in [*zip(LENGTHS, LENGTHS[1:]), (0, 10**9)]:
                here = near & (shorter >= low) & (shorter < high)
                if here.sum() == 0:
                    continue
                length = "all" if (low, high) == (0, 10**9) else f"{low}-{high - 1}" if high < 10**9 else f"{low}-"
                yield {
                    "archive": name, "texts": len(texts), "threshold": threshold, "characters": length, "pairs": int(here.sum()),
                    "found": int((here & together).sum()), "recall": round(float((here & together).sum() / here.sum()), 4),
                    "not_linked": int(foreign) if length == "all" else "", "wrong_similarity": int(wrong) if length == "all" else "",
                }


def keep(rows, binaries):
    columns = list(rows[0])
    folder = measure.ROOT / "datasets" / "validation"
    with open(folder / "near-copies.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    lines = [
        "# Near-copies in real posts, against brute force",
        "",
        f"`just bench near_recall` makes this ({measure.version(binaries / 'dedupe')}; public archives, by counts).",
        "",
        "Pairs of distinct texts whose Jaccard similarity, by brute force over all pairs, is at least the threshold; *found*: those in one",
        "cluster; by the characters of the shorter text after normalisation. *not_linked*: posts in a cluster that no chain of such pairs",
        "links to its representative (1 - precision would be their share); *wrong_similarity*: members whose similarity differs from",
        "that of brute force.",
        "",
        "| " + " | ".join(columns) + " |",
        "|" + "---|" * len(columns),
        *("| " + " | ".join(str(row[column]) for column in columns) + " |" for row in rows),
    ]
    (folder / "near-copies.md").write_text("\n".join(lines) + "\n")


def main():
    binaries = Path(sys.argv[1]).resolve()
    most = int(sys.argv[2]) if len(sys.argv) > 2 else 15_000
    thresholds = [float(t) for t in sys.argv[3].split(",")] if len(sys.argv) > 3 else THRESHOLDS
    if not os.environ.get("DIMINUENDO_DATA"):
        sys.exit("DIMINUENDO_DATA must name the folder of real archives (tests/README.md)")
    data = Path(os.environ["DIMINUENDO_DATA"])
    rows = []
    for name, read in ARCHIVES.items():
        for row in judge(name, some(read(data), most), thresholds, binaries):
            rows.append(row)
            print(*row.values(), sep="\t", flush=True)
    if len(sys.argv) <= 3:
        keep(rows, binaries)
    weak = [row for row in rows if row["threshold"] >= 0.8 and row["recall"] < 0.95 and row["pairs"] >= 20]
    false = [row for row in rows if row["not_linked"] or row["wrong_similarity"]]
    sys.exit(1 if weak or false else 0)


if __name__ == "__main__":
    main()
