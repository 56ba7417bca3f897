"""A peer finds near-copies among texts, one a line, and keeps which belong together: a number a text, the same for those.

    near_peers.py PEER TEXTS_FILE FOUND_FILE

Each in the fastest way that its documentation shows, with 16 bands of 6 functions, a threshold of 0.8 and shingles of four characters.
`rensa flags` keeps -1 for a text without a copy and 0 for one with.
"""

import os
import sys
import tempfile

import numpy as np

BANDS, ROWS, THRESHOLD, LENGTH = 16, 6, 0.8, 4


def shingles(text):
    return {text[i:i + LENGTH] for i in range(max(1, len(text) - LENGTH + 1))}


class Sets:
    """Disjoint sets of texts."""

    def __init__(self, count):
        self.above = list(range(count))

    def root(self, x):
        while self.above[x] != x:
            self.above[x] = self.above[self.above[x]]
            x = self.above[x]
        return x

    def join(self, members):
        members = iter(members)
        first = self.root(next(members))
        for other in members:
            other = self.root(other)
            self.above[max(first, other)] = first = min(first, other)

    def numbers(self):
        return np.array([self.root(x) for x in range(len(self.above))])


def gaoya(texts):
    from gaoya.minhash import MinHashStringIndex
    index = MinHashStringIndex(32, THRESHOLD, BANDS, ROWS, None, "char", False, (LENGTH, LENGTH), id_container="vec")
    index.par_bulk_insert_docs(list(range(len(texts))), texts)
    sets = Sets(len(texts))
    for first in range(0, len(texts), 100_000):
        for at, found in enumerate(index.par_bulk_query(texts[first:first + 100_000]), first):
            sets.join([at, *found])
    return sets.numbers()


def rensa_flags(texts):
    from rensa import RMinHash, RMinHashLSH
    matrix = RMinHash.digest_matrix_from_token_sets([shingles(text) for text in texts], BANDS * ROWS, 42)
    lsh = RMinHashLSH(THRESHOLD, BANDS * ROWS, BANDS)
    return np.array(lsh.insert_matrix_and_query_duplicate_flags(matrix)).astype(int) - 1


def rensa_candidates(texts):
    from rensa import RMinHash, RMinHashLSH
    sets, lsh = Sets(len(texts)), RMinHashLSH(THRESHOLD, BANDS * ROWS, BANDS)
    hashes = []
    for first in range(0, len(texts), 100_000):
        part = RMinHash.from_token_sets([shingles(text) for text in texts[first:first + 100_000]], BANDS * ROWS, 42)
        lsh.insert_many(part, first)
        hashes.append(part)
    at = 0
    for part in hashes:
        for found in lsh.query_all(part):
            sets.join([at, *found])
            at += 1
    return sets.numbers()


def datasketch(texts):
    from datasketch import MinHash, MinHashLSH
    lsh = MinHashLSH(num_perm=BANDS * ROWS, params=(BANDS, ROWS))
    hashes = MinHash.bulk([[s.encode() for s in shingles(text)] for text in texts], num_perm=BANDS * ROWS)
    with lsh.insertion_session() as session:
        for at, minhash in enumerate(hashes):
            session.insert(at, minhash, check_duplication=False)
    sets = Sets(len(texts))
    for at, minhash in enumerate(hashes):
        sets.join([at, *(other for other in lsh.query(minhash) if minhash.jaccard(hashes[other]) >= THRESHOLD)])
    return sets.numbers()


def text_dedup(texts):
    import datasets
    import text_dedup.minhash as program

    class Characters:
        """Cuts a text where the program cuts words."""

        def split(self, text):
            return list(text)

    program.NON_ALPHA = Characters()
    with tempfile.TemporaryDirectory() as folder:
        datasets.Dataset.from_dict({"text": texts}).save_to_disk(f"{folder}/in")
        options = ["--path", f"{folder}/in", "--local", "--output", f"{folder}/out", "--cache_dir", f"{folder}/cache", "--column", "text",
                   "--ngram", str(LENGTH), "--min_length", "1", "--num_perm", str(BANDS * ROWS), "--b", str(BANDS), "--r", str(ROWS),
                   "--threshold", str(THRESHOLD), "--hash_func", "xxh3", "--num_proc", str(os.cpu_count())]
        program.main(options, standalone_mode=False)
    return np.array([program.uf.find(at) for at in range(len(texts))])


PEERS = {"gaoya": gaoya, "rensa flags": rensa_flags, "rensa candidates": rensa_candidates, "datasketch": datasketch, "text-dedup": text_dedup}

if __name__ == "__main__":
    with open(sys.argv[2]) as file:
        lines = file.read().splitlines()
    np.save(sys.argv[3], PEERS[sys.argv[1]](lines))
