"""PageRank, components and k-core beside networkit on the same graphs: random ones with heavy-tailed degrees, and a real one.

    python3 tests/bench/network.py BIN_FOLDER [NODES [EDGES [TURNS]]]

Needs the Python of DIMINUENDO_NETWORKIT (with networkit and numpy), or of this process. networkit runs with its threads as they come (all
cores) and ours with one. Graphs are made beforehand; only the figure is timed.
"""

import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import measure

MAKE = """
import sys, numpy as np
nodes, edges, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
random = np.random.default_rng(2016)
# Followers by Zipf's law, cut at the number of nodes; whom one follows is nearly even.
to = (nodes * random.random(edges) ** 2.5).astype(np.uint32)
shuffle = random.permutation(nodes).astype(np.uint32)
pairs = np.column_stack([random.integers(0, nodes, edges, dtype=np.uint32), shuffle[to]])
pairs.astype("<u4").tofile(path)
"""

PEER = """
import json, sys, time, numpy as np, networkit as nk
pairs = np.fromfile(sys.argv[1], "<u4").reshape(-1, 2)
nodes, turns = int(sys.argv[2]), int(sys.argv[3])
pairs = np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)
started = time.perf_counter()
graph = nk.GraphFromCoo((pairs[:, 0].astype(np.uint64), pairs[:, 1].astype(np.uint64)), n=nodes, directed=True)
print(json.dumps({"figure": "build", "seconds": time.perf_counter() - started, "answer": graph.numberOfEdges()}))
undirected = nk.graphtools.toUndirected(graph)
undirected.removeMultiEdges()
for turn in range(turns):
    def timed(figure, algorithm, answer):
        started = time.perf_counter()
        algorithm.run()
        print(json.dumps({"figure": figure, "seconds": time.perf_counter() - started, "answer": answer(algorithm)}))
    rank = nk.centrality.PageRank(graph, 0.85, 1e-9, distributeSinks=nk.centrality.SinkHandling.DistributeSinks)
    timed("pagerank", rank, lambda a: max(a.scores()))
    timed("weak components", nk.components.WeaklyConnectedComponents(graph), lambda a: a.numberOfComponents())
    timed("strong components", nk.components.StronglyConnectedComponents(graph), lambda a: a.numberOfComponents())
    timed("k-core", nk.centrality.CoreDecomposition(undirected), lambda a: a.maxCoreNumber())
"""


def results(command):
    """Median seconds and the answer of each figure."""
    lines = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True).stdout.splitlines()
    found = {}
    for line in map(json.loads, lines):
        found.setdefault(line["figure"], []).append(line)
    return {name: (statistics.median(l["seconds"] for l in lines), lines[0]["answer"]) for name, lines in found.items()}


def real(folder):
    """A real graph as pairs, when there is one: file name, path and number of nodes."""
    source = Path(os.environ.get("DIMINUENDO_DATA", "")) / "net" / "musae_git_edges.csv"
    if not source.is_file():
        return []
    with open(source) as lines:
        pairs = [(int(a), int(b)) for a, b in list(csv.reader(lines))[1:]]
    path = folder / "real.pairs"
    path.write_bytes(b"".join(n.to_bytes(4, "little") for pair in pairs for n in pair))
    return [("musae_git", path, 1 + max(n for pair in pairs for n in pair))]


def main():
    binaries = Path(sys.argv[1])
    nodes, edges, turns = (int(sys.argv[n]) if len(sys.argv) > n else v for n, v in ((2, 100_000), (3, 5_000_000), (4, 5)))
    python = os.environ.get("DIMINUENDO_NETWORKIT", sys.executable)
    peer = subprocess.run([python, "-c", "import networkit; print(networkit.__version__)"], capture_output=True, text=True)
    if peer.returncode != 0:
        sys.exit("needs networkit: set DIMINUENDO_NETWORKIT to a Python that has it (pip install networkit)")
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "made.pairs"
        subprocess.run([python, "-c", MAKE, str(nodes), str(edges), str(made)], check=True)
        for name, path, count in [(f"{nodes} nodes, {edges} edges", made, nodes), *real(Path(scratch))]:
            ours = results([binaries / "examples" / "network", path, count, turns])
            theirs = results([python, "-c", PEER, path, count, turns])
            for figure, (seconds, answer) in ours.items():
                other, expected = theirs[figure]
                if abs(answer - expected) > 1e-6 * abs(expected):
                    sys.exit(f"{figure} of {name}: {answer} is not networkit's {expected}")
                rows.append({"graph": name, "figure": figure, "ours_ms": round(1000 * seconds, 2),
                             "networkit_ms": round(1000 * other, 2), "times_faster": round(other / seconds, 2)})
    notes = f"Medians of {turns} turns in one process each; one thread of ours, all cores for networkit. The answers agree. PageRank stops when a step is below 1e-9: in networkit by its Euclidean norm, in ours by the sum of its amounts, which is stricter."
    measure.keep("network", "Graph figures beside networkit", rows, [f"networkit {peer.stdout.strip()}"], notes)


main()
