"""Finding returning people among 10^4, 10^5 and 10^6 accounts: time, memory, pairs compared, and how right; Splink beside it.

    python3 tests/bench/personas.py BIN_FOLDER [SCRATCH_FOLDER [LARGEST [PEER_PYTHON]]]

The accounts are made up of syllables: a third of the people is removed and comes back once or more; a return keeps each of handle,
display name, self-description and picture with a chance. PEER_PYTHON is a Python that has splink 4; it gets the same profiles, the
same fields as far as it knows such fields, and the same four blocking rules, up to 10^5 accounts.
"""

import csv
import gzip
import json
import random
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

import measure

SYLLABLES = "ba be bo da de do fa fe fi ga go ha he hi ka ke ki la le li ma me mi na ne no pa pe ra re ri sa se so ta te to va ve wa".split()
NOUNS = "garden tea bread kite river lamp soup window apple cloud basket candle harvest pepper tulip walnut spoon ladder".split()
KEPT = {"handle": 0.3, "name": 0.4, "bio": 0.8, "picture": 0.6}
START = datetime(2015, 1, 1, tzinfo=timezone.utc)
DAYS = 300
TIES = 12


def word(rng, syllables):
    return "".join(rng.choice(SYLLABLES) for _ in range(syllables))


class Guise:
    """What an account shows; a return keeps of the one before what chance says."""

    def __init__(self, rng, before=None):
        def kept(what):
            return before is not None and rng.random() < KEPT[what]

        self.stem = before.stem if kept("handle") else f"{word(rng, 2)}_{word(rng, rng.choice((2, 3)))}"
        self.counter = before.counter + 1 if before else rng.randrange(1, 60)
        self.name = before.name if kept("name") else f"{word(rng, 2).title()} {word(rng, 3).title()}"
        self.bio = before.bio if kept("bio") else " ".join(rng.choice(NOUNS) for _ in range(rng.choice((3, 4, 5, 6))))
        self.picture = before.picture if kept("picture") else f"{rng.getrandbits(48):012x}"
        # Half of the ties are found again; the well-known are followed by many.
        old = [tie for tie in before.ties if rng.random() < 0.5] if before else []
        self.ties = old + [int(rng.random() ** 2 * 1e5) for _ in range(TIES - len(old))]


def stamp(day):
    return (START + timedelta(days=day)).strftime("%Y-%m-%dT%H:%M:%SZ")


def make(folder, accounts):
    """Writes raw files of so many accounts; the predecessor by account, and the profiles."""
    rng = random.Random(1969)
    raw = folder / "raw"
    raw.mkdir(parents=True)
    truth, profiles = {}, []
    with (
        gzip.open(raw / "users.jsonl.gz", "wt", compresslevel=1) as users,
        open(raw / "availability.csv", "w") as checks,
        open(raw / "follows.csv", "w") as follows,
    ):
        checks.write("account_id,handle,observed_at,state,detail\n")
        follows.write("follower_id,followed_id,observed_at\n")
        number = 0
        while number < accounts:
            day, before, before_id = rng.random() * DAYS * 0.7, None, None
            returns = rng.random() < 1 / 3
            while number < accounts:
                number += 1
                guise = Guise(rng, before)
                account = 10**9 + (number * 2654435761) % 10**9 * 10 + number % 10
                if before_id:
                    truth[str(account)] = str(before_id)
                life = 2 + rng.expovariate(1 / 30)
                handle, lang = f"{guise.stem}{guise.counter}"[:15], "en" if rng.random() < 0.9 else "ar"
                at = stamp(day + 1)
                user = {
                    "id": account, "id_str": str(account), "name": guise.name, "screen_name": handle,
                    "description": guise.bio if rng.random() < 0.75 else None, "protected": False, "verified": False,
                    "location": rng.choice(NOUNS).title() if rng.random() < 0.3 else None,
                    "followers_count": 100, "friends_count": 100, "listed_count": 0, "statuses_count": 50, "favourites_count": 0,
                    "created_at": (START + timedelta(days=day)).strftime("%a %b %d %H:%M:%S +0000 %Y"), "lang": lang,
                    "profile_image_url_https": f"https://img.example/{guise.picture}/face.png", "observed_at": at,
                }
                users.write(json.dumps(user) + "\n")
                profiles.append(
                    [account, "".join(c for c in handle.rstrip("0123456789") if c != "_"), guise.name.lower(), guise.picture,
                     user["description"], user["location"], lang, day, day + life]
                )
                ends = returns and day + life + 10 < DAYS
                checks.write(f"{account},{handle},{stamp(day + life - 0.5)},active,\n")
                if ends:
                    checks.write(f"{account},{handle},{stamp(day + life + 0.5)},suspended,\n")
                for tie in guise.ties:
                    follows.write(f"{account},t{tie},{at}\n")
                if not ends or rng.random() < 0.2:
                    break
                before, before_id = guise, account
                day += life + rng.expovariate(1 / 2)
    return truth, profiles


def score(links, truth):
    """Precision, recall and F1 of predecessor by account."""
    right = sum(truth.get(account) == predecessor for account, predecessor in links)
    precision, recall = right / max(1, len(links)), right / max(1, len(truth))
    return {
        "precision": round(precision, 3), "recall": round(recall, 3),
        "f1": round(2 * precision * recall / max(1e-9, precision + recall), 3),
    }


PEER = r"""
import sys, pandas as pd
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
frame = pd.read_csv(sys.argv[1], dtype={"bio": str, "place": str})
exact = lambda column: cl.ExactMatch(column).configure(term_frequency_adjustments=True)
settings = SettingsCreator(
    link_type="dedupe_only", unique_id_column_name="id",
    comparisons=[
        cl.JaroWinklerAtThresholds("stem", [0.93]).configure(term_frequency_adjustments=True),
        cl.JaroWinklerAtThresholds("name", [0.93]).configure(term_frequency_adjustments=True),
        exact("picture"), exact("bio"), exact("place"), exact("lang"),
    ],
    blocking_rules_to_generate_predictions=[block_on(c) for c in ("stem", "name", "picture", "bio")],
)
linker = Linker(frame, settings, DuckDBAPI())
linker.training.estimate_probability_two_random_records_match([block_on("picture"), block_on("stem", "name")], recall=0.7)
linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
for rule in (block_on("stem"), block_on("picture"), block_on("bio")):
    linker.training.estimate_parameters_using_expectation_maximisation(rule)
pairs = linker.inference.predict(threshold_match_probability=0.01).as_pandas_dataframe()
# The order of time and one predecessor each, as our answer has: best first.
begins, ends = frame.set_index("id").begins, frame.set_index("id").ends
first, taken, chosen = set(), set(), []
for row in pairs.sort_values(["match_probability", "id_l", "id_r"], ascending=False).itertuples():
    a, b = sorted((row.id_l, row.id_r), key=lambda one: begins[one])
    if row.match_probability >= 0.5 and begins[b] >= ends[a] - 1 and a not in first and b not in taken:
        first.add(a), taken.add(b), chosen.append((b, a))
pd.DataFrame(chosen, columns=["account", "predecessor"]).to_csv(sys.argv[2], index=False)
print(len(pairs))
"""

OURS = r"""
import sys, pyarrow.parquet as pq
table = pq.read_table(sys.argv[1], columns=["account_id", "predecessor"]).to_pylist()
print("\n".join(f"{row['account_id']},{row['predecessor']}" for row in table if row["predecessor"]))
"""


def ours(run, bin_folder, folder, truth, python):
    """A row of `dedupe` on what stands in the folder."""
    none = measure.run([bin_folder / "dedupe", folder / "ingest", "--no-linkage", "-o", folder / "none", "-q", "--force"])
    used = measure.run([bin_folder / "dedupe", folder / "ingest", "-o", folder / "out", "-q", "--force"])
    told = json.loads((folder / "out/linkage.json").read_text())
    command = [python or sys.executable, "-c", OURS, folder / "out/personas.parquet"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    row = {
        "run": run, "accounts": told["accounts"], "returns": len(truth), **used, "without_linkage_s": none["wall_s"],
        "pairs_compared": told["pairs_compared"], "bytes_per_account": told["bytes_per_account"],
        **score([tuple(line.split(",")) for line in said.split()], truth),
    }
    print(row, file=sys.stderr)
    return row


def main():
    bin_folder = Path(sys.argv[1])
    scratch = sys.argv[2] if len(sys.argv) > 2 else None
    largest = int(float(sys.argv[3])) if len(sys.argv) > 3 else 10**6
    peer = sys.argv[4] if len(sys.argv) > 4 else None
    rows = []
    versions = [measure.version(bin_folder / "dedupe")]
    for accounts in [n for n in (10**4, 10**5, 10**6) if n <= largest]:
        with tempfile.TemporaryDirectory(dir=scratch) as name:
            folder = Path(name)
            truth, profiles = make(folder, accounts)
            measure.run([bin_folder / "ingest", folder / "raw", "-o", folder / "ingest", "-q"])
            rows.append(ours("dedupe", bin_folder, folder, truth, peer))
            if accounts <= 10**5:
                # What profiles alone tell: the same as the peer reads, but for time.
                (folder / "raw/follows.csv").unlink()
                measure.run([bin_folder / "ingest", folder / "raw", "-o", folder / "ingest", "-q", "--force"])
                rows.append(ours("dedupe, no ties", bin_folder, folder, truth, peer))
            if peer and accounts <= 10**5:
                with open(folder / "profiles.csv", "w", newline="") as file:
                    writer = csv.writer(file)
                    writer.writerow("id stem name picture bio place lang begins ends".split())
                    writer.writerows(profiles)
                with open(folder / "pairs", "wb") as out:
                    used = measure.run([peer, "-c", PEER, folder / "profiles.csv", folder / "peer.csv"], out)
                pairs = int((folder / "pairs").read_text().split()[-1])
                with open(folder / "peer.csv") as file:
                    links = [(row["account"], row["predecessor"]) for row in csv.DictReader(file)]
                rows.append(
                    {"run": "splink (DuckDB)", "accounts": accounts, "returns": len(truth), **used, "without_linkage_s": "",
                     "pairs_compared": pairs, "bytes_per_account": "", **score(links, truth)}
                )
                print(rows[-1], file=sys.stderr)
    if peer:
        said = subprocess.run([peer, "-c", "import splink; print(splink.__version__)"], capture_output=True, text=True, check=True)
        versions.append(f"splink {said.stdout.strip()}")
    notes = (
        "Accounts of syllables; a third of the people comes back; half of twelve ties is found again, which tells nearly all: the rows "
        "without ties are the ones to compare. Splink reads the same profiles without ties, hours and time (it has "
        "no comparison for them; time order and one predecessor each are put on its pairs afterwards), and blocks on stem, name, "
        "picture and self-description; its pairs are those of a probability of 0.01 at least. `without_linkage_s` is the rest of "
        "`dedupe`, which `wall_s` contains."
    )
    measure.keep("personas", "Returning people: time, memory and how right", rows, versions, notes)


if __name__ == "__main__":
    main()
