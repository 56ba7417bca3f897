"""Of the pairs of texts that are near, how many were put together, and how many pairs there are: two numbers.

    near_score.py TEXTS_FILE FOUND

FOUND is what near_peers.py kept, or a directory that dedupe wrote. The pairs are those of a sample of texts with any other text, by
exact Jaccard similarity; copies to the letter are not among them.
"""

import random
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import scipy.sparse as sparse

from near_exact import shingles

SAMPLE, LEAST = 1_000, 0.8


def near_pairs(texts):
    """Pairs of a sample of the texts with all: their places."""
    sample = sorted(random.Random(1).sample(range(len(texts)), min(SAMPLE, len(texts))))
    numbers, rows = {}, [], 
    for at in sample:
        rows.append([numbers.setdefault(s, len(numbers)) for s in shingles(texts[at])])
    starts = np.cumsum([0, *map(len, rows)])
    few = sparse.csr_matrix((np.ones(starts[-1], np.int32), np.concatenate(rows), starts), (len(sample), len(numbers)))
    for first in range(0, len(texts), 20_000):
        part, sizes, indices, starts = texts[first:first + 20_000], [], [], [0]
        for text in part:
            of = shingles(text)
            sizes.append(len(of))
            indices.extend(numbers[s] for s in of if s in numbers)
            starts.append(len(indices))
        many = sparse.csr_matrix((np.ones(len(indices), np.int32), indices, starts), (len(part), len(numbers)))
        shared = (few @ many.T.tocsr()).tocoo()
        both = few.getnnz(axis=1)[shared.row] + np.array(sizes)[shared.col] - shared.data
        for i, j in zip(shared.row[shared.data / both >= LEAST], shared.col[shared.data / both >= LEAST] + first):
            if texts[sample[i]] != texts[j]:
                yield sample[i], j


def found(what, count):
    """A number for every text, the same for those put together, -1 for one that is alone."""
    if Path(what).suffix == ".npy":
        return np.load(what)
    members = pq.read_table(Path(what) / "cluster_members.parquet", columns=["cluster_id", "source_line"])
    numbers = np.full(count, -1)
    numbers[members.column("source_line").to_numpy() - 1] = members.column("cluster_id").to_numpy()
    return numbers


def main():
    texts = Path(sys.argv[1]).read_text().splitlines()
    numbers = found(sys.argv[2], len(texts))
    together = [numbers[i] == numbers[j] != -1 for i, j in near_pairs(texts)]
    print(round(sum(together) / len(together), 4), len(together))


if __name__ == "__main__":
    main()
