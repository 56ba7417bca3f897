"""Near-copies by brute force, written apart from dedupe: texts normalised, cut into shingles, and every pair compared.

What `dedupe` finds is held against this (near_recall.py, crates/dedupe/tests).
"""

import re
import unicodedata

import numpy as np
import scipy.sparse as sparse
from scipy.sparse.csgraph import connected_components

UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]")
ORNAMENT = re.compile("[\u0640\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed]")
URL = re.compile(r"(?:https?://|pic\.twitter\.com/|(?<!\w)www\.)[!#-;=?-~]*")
MENTION = re.compile(r"(?<!\w)@\w+(?:[.@]\w+)*")


def normalise(text):
    """As `dedupe` does with its usual options: links, mentions and Arabic ornaments folded."""
    text = unicodedata.normalize("NFKC", UNSEEN.sub("", text))
    text = "".join(c.lower() for c in text).replace("ς", "σ")
    text = unicodedata.normalize("NFKC", ORNAMENT.sub("", text))
    text = URL.sub("↗", text)
    text = MENTION.sub("@", text)
    text = "".join(" " if unicodedata.category(c) == "Cc" else c for c in text)
    text = re.sub(r"(↗)(?:\s*↗)+", r"\1", text)
    text = re.sub(r"(@)(?:\s*@)+", r"\1", text)
    return " ".join(text.split())


def letters(text):
    """Letters and digits of a normalised text."""
    return sum(c.isalnum() for c in text)


def shingles(text, unit="chars", length=4):
    symbols = text if unit == "chars" else tuple(text.split(" "))
    return {symbols[i:i + length] for i in range(max(1, len(symbols) - length + 1))}


def similar_pairs(texts, least, unit="chars", length=4, block=500):
    """All pairs i < j of texts with a Jaccard similarity of at least `least`, and that similarity."""
    numbers, indices, starts = {}, [], [0]
    for text in texts:
        indices.extend(numbers.setdefault(s, len(numbers)) for s in shingles(text, unit, length))
        starts.append(len(indices))
    sets = sparse.csr_matrix((np.ones(len(indices), np.int32), indices, starts), (len(texts), len(numbers)))
    turned, sizes = sets.T.tocsr(), np.diff(starts)
    found = []
    for first in range(0, len(texts), block):
        shared = (sets[first:first + block] @ turned).tocoo()
        i, j, both = shared.row + first, shared.col, shared.data
        similarity = both / (sizes[i] + sizes[j] - both)
        keep = (i < j) & (similarity >= least)
        found.append(np.rec.fromarrays([i[keep], j[keep], similarity[keep]], names="i,j,similarity"))
    return np.concatenate(found)


def components(pairs, count):
    """The connected component of each of `count` texts."""
    graph = sparse.coo_matrix((np.ones(len(pairs)), (pairs["i"], pairs["j"])), (count, count))
    return connected_components(graph, directed=False)[1]
