"""Which shingles suit short posts: what share of edited posts stay near, by length and shingle, and how alike unrelated posts are.

    python3 tests/bench/near_shingles.py BIN_FOLDER

Reads the archives below DIMINUENDO_DATA; writes datasets/validation/near-shingles.md, shares only. Edits are made here: a word changed,
two, a letter, a hashtag more, the last word less, two neighbours changed over. The paraphrases are rated by their makers.
"""

import csv
import os
import random
import sys
from pathlib import Path

import numpy as np

import measure
from near_exact import letters, normalise, shingles
from near_recall import ARCHIVES

SHINGLES = [("chars", 3), ("chars", 4), ("chars", 5), ("chars", 6), ("words", 1), ("words", 2), ("words", 3)]
LENGTHS = [(0, 60), (60, 110), (110, 10**9)]
LEAST, SAMPLE, PAIRS = 0.8, 800, 20_000


def jaccard(a, b, kind):
    a, b = shingles(a, *kind), shingles(b, *kind)
    return len(a & b) / len(a | b)


def edited(edit, text, texts, rng):
    words = text.split(" ")
    at = rng.randrange(len(words))
    if edit == "a word":
        words[at] = rng.choice(rng.choice(texts).split(" "))
    elif edit == "two words":
        return edited("a word", edited("a word", text, texts, rng), texts, rng)
    elif edit == "a letter":
        at = rng.randrange(len(text))
        return text[:at] + rng.choice("abcdefghij") + text[at + 1:]
    elif edit == "a hashtag more":
        words.append("#teagarden")
    elif edit == "a word less":
        words.pop()
    else:
        words[at:at + 2] = words[at:at + 2][::-1]
    return " ".join(words)


def rated(data):
    for part in ("train", "test"):
        with open(data / "neardup" / f"msr_paraphrase_{part}.txt", encoding="utf-8-sig", newline="") as file:
            for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                if row[0] in ("0", "1"):
                    yield int(row[0]), normalise(row[3]), normalise(row[4])


def is_arabic(text):
    return sum("\u0600" <= c <= "\u06ff" for c in text) * 2 > len(text)


def main():
    if not os.environ.get("DIMINUENDO_DATA"):
        sys.exit("DIMINUENDO_DATA must name the folder of real archives (tests/README.md)")
    data, rng = Path(os.environ["DIMINUENDO_DATA"]), random.Random(1)
    sets = {}
    for name, read in ARCHIVES.items():
        texts = sorted({normal for text in read(data) if letters(normal := normalise(text)) >= 12})
        sets[name] = texts
        arabic = [text for text in texts if is_arabic(text)]
        if len(arabic) >= 300:
            sets[f"{name}, Arabic"] = arabic
    head = " | ".join(f"{unit}:{n}" for unit, n in SHINGLES)
    lines = ["# Shingles for short posts", "", "`just bench near_shingles` makes this.", "",
             f"Share of edited posts whose Jaccard similarity to the post before the edit is at least {LEAST}.", "",
             f"| posts | characters | edit | {head} |", "|" + "---|" * (3 + len(SHINGLES))]
    for name, texts in sets.items():
        for low, high in LENGTHS:
            some = [text for text in texts if low <= len(text) < high]
            if len(some) < 100:
                continue
            some = rng.sample(some, min(SAMPLE, len(some)))
            for edit in ("a word", "two words", "a letter", "a hashtag more", "a word less", "neighbours"):
                pairs = [(text, edited(edit, text, texts, rng)) for text in some]
                shares = [np.mean([jaccard(*pair, kind) >= LEAST for pair in pairs]) for kind in SHINGLES]
                length = f"{low}-{high - 1}" if high < 10**9 else f"{low}-"
                lines.append(f"| {name} | {length} | {edit} | " + " | ".join(f"{share:.2f}" for share in shares) + " |")
    lines += ["", f"Pairs of sentences in `neardup` that are at least {LEAST} similar, and the share of them that people rated paraphrases.",
              "", f"| | {head} |", "|" + "---|" * (1 + len(SHINGLES))]
    ratings = [[rating for rating, a, b in rated(data) if jaccard(a, b, kind) >= LEAST] for kind in SHINGLES]
    lines.append("| pairs | " + " | ".join(str(len(of)) for of in ratings) + " |")
    lines.append("| paraphrases | " + " | ".join(f"{np.mean(of):.3f}" for of in ratings) + " |")
    lines += ["", f"Similarity of {PAIRS:,} pairs of posts of more than 100 characters drawn by chance: median / 99 of 100 / 999 of 1000.", "",
              f"| posts | {head} |", "|" + "---|" * (1 + len(SHINGLES))]
    for name, texts in sets.items():
        long = [text for text in texts if len(text) > 100]
        pairs = [(rng.choice(long), rng.choice(long)) for _ in range(PAIRS)]
        pairs = [pair for pair in pairs if pair[0] != pair[1]]
        cells = [np.quantile([jaccard(*pair, kind) for pair in pairs], (0.5, 0.99, 0.999)) for kind in SHINGLES]
        lines.append(f"| {name} | " + " | ".join(" / ".join(f"{x:.2f}" for x in cell) for cell in cells) + " |")
    (measure.ROOT / "datasets" / "validation" / "near-shingles.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
