"""How often libraries tell the language of short texts rightly, and what they cost: writes datasets/bench/languages.csv and the table
of docs/languages.md. Needs DIMINUENDO_DATA (langid/, ira-538/) and the network for crates.

usage: python3 tests/bench/languages.py BIN_DIR   (BIN_DIR is not used; `just bench languages` gives it)
"""

import collections
import csv
import io
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("DIMINUENDO_DATA") or sys.exit("DIMINUENDO_DATA is not set: nothing to measure on"))
PROJECT = pathlib.Path(__file__).resolve().parent / "languages"

# Three-letter codes by the folders of langid/ and by the labels of ira-538/.
CODES = {
    "ar": "ara", "de": "deu", "en": "eng", "es": "spa", "fa": "pes fas", "fr": "fra", "id": "ind", "it": "ita", "nl": "nld",
    "pt": "por", "ru": "rus", "so": "som", "tr": "tur", "ur": "urd",
}
NEIGHBOURS = {"az": "aze", "kk": "kaz", "ms": "msa zlm", "sw": "swa"}
POSTS = {"Arabic": "ara", "English": "eng", "French": "fra", "German": "deu", "Russian": "rus"}
CANDIDATES = [
    ("whatlang", "", 0.5), ("whatlang", "", 0.9), ("whatlang", "few", 0.5), ("whatlang", "few", 0.9), ("whichlang", "", 0.0),
    ("lingua", "", 0.5), ("lingua", "", 0.7), ("lingua", "", 0.9), ("lingua", "few", 0.9),
]
MODES = {("whatlang", "few"): "whatlang, asked of 14", ("lingua", "few"): "lingua, low accuracy"}
FIELDS = ["library", "confidence", "texts", "language", "n", "right", "wrong"]


def build(library, folder):
    target = folder / library
    start = time.monotonic()
    subprocess.run(
        ["cargo", "build", "--release", "--quiet", "--features", library, "--target-dir", str(target)], cwd=PROJECT, check=True
    )
    seconds = time.monotonic() - start
    program = target / "release" / "languages"
    return program, seconds, program.stat().st_size


def ask(program, mode, texts):
    lines = "\n".join(re.sub(r"[\r\n\x0b\x0c\x85\u2028\u2029]", " ", text) for text in texts) + "\n"
    done = subprocess.run([str(program), mode], input=lines.encode(), capture_output=True, check=True)
    answers = [line.split("\t") for line in done.stdout.decode().splitlines()]
    assert len(answers) == len(texts), (len(answers), len(texts))
    cost = done.stderr.decode().strip()
    return [(language, float(confidence)) for language, confidence in answers], cost


def sets():
    """Name, and (label, the codes that are right, text)."""
    for kind in ["sentences", "word-pairs", "single-words"]:
        texts = []
        for language, codes in (CODES | NEIGHBOURS).items():
            path = DATA / "langid/lingua" / language / f"{kind}.txt"
            texts += [(language, codes, text) for text in path.read_text("utf-8").split("\n")[:1000] if text]
        yield kind, texts
    csv.field_size_limit(10**9)
    raw = subprocess.run(["zstd", "-dc", str(DATA / "ira-538/tweets.csv.zst")], capture_output=True, check=True).stdout
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8"))))
    draw = random.Random(1)
    texts = []
    for label, codes in POSTS.items():
        of = [row["content"] for row in rows if row["language"] == label]
        draw.shuffle(of)
        texts += [(label, codes, text) for text in of[:2000]]
    yield "posts", texts


def main():
    results, costs = [], []
    with tempfile.TemporaryDirectory() as folder:
        programs = {}
        for library in ["whatlang", "whichlang", "lingua"]:
            programs[library], seconds, size = build(library, pathlib.Path(folder))
            costs.append([library, f"{seconds:.1f}", f"{size / 1e6:.1f}"])
        for name, texts in sets():
            answered = {}
            for library, mode, least in CANDIDATES:
                if (library, mode) not in answered:
                    answered[library, mode] = ask(programs[library], mode, [text for _, _, text in texts])
                    print(name, MODES.get((library, mode), library), answered[library, mode][1], file=sys.stderr)
                counts = collections.defaultdict(lambda: [0, 0, 0])
                for (label, codes, _), (language, confidence) in zip(texts, answered[library, mode][0]):
                    count = counts[label]
                    count[0] += 1
                    if language != "und" and confidence >= least:
                        count[1 if language in codes.split() else 2] += 1
                for label, (n, right, wrong) in counts.items():
                    results.append([MODES.get((library, mode), library), least, name, label, n, right, wrong])
    with open(ROOT / "datasets/bench/languages.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(FIELDS)
        writer.writerows(results)
    lines = []
    titles = ["library", "least confidence", "sentences", "word pairs", "single words", "posts", "en posts", "ar posts", "neighbours"]
    lines.append("| " + " | ".join(titles) + " |")
    lines.append("|" + "---|" * len(titles))
    for library, mode, least in CANDIDATES:
        name = MODES.get((library, mode), library)
        mine = [row for row in results if row[0] == name and row[1] == least]

        def cell(texts, labels):
            of = [row for row in mine if row[2] == texts and row[3] in labels]
            n = sum(row[4] for row in of)
            return f"{100 * sum(r[5] for r in of) / n:.1f} / {100 * sum(r[6] for r in of) / n:.1f}"

        cells = [cell(kind, CODES) for kind in ["sentences", "word-pairs", "single-words"]] + [cell("posts", POSTS)]
        cells += [cell("posts", ["English"]), cell("posts", ["Arabic"]), cell("sentences", NEIGHBOURS)]
        lines.append(f"| {name} | {least or '-'} | " + " | ".join(cells) + " |")
    lines.append("")
    lines.append("| library | seconds to build | program, MB |")
    lines.append("|---|---|---|")
    lines += [f"| {' | '.join(cost)} |" for cost in costs]
    page = ROOT / "docs/languages.md"
    text = page.read_text("utf-8")
    before, rest = text.split("<!-- made by tests/bench/languages.py -->\n", 1)
    after = rest.split("<!-- end -->\n", 1)[1]
    page.write_text(f"{before}<!-- made by tests/bench/languages.py -->\n" + "\n".join(lines) + f"\n<!-- end -->\n{after}", "utf-8")


main()
