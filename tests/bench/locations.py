"""How often a self-declared location is read as the country that it means, and what reading costs: writes datasets/bench/locations.csv
and the table of docs/locations.md. Needs DIMINUENDO_DATA and a Python with duckdb.

usage: python3 tests/bench/locations.py BIN_FOLDER

Hand-made cases: datasets/gazetteer/cases.csv. Real posts: where an author's location is declared and a post of the same author bears the
country of its place tag; people write from elsewhere than they say they live, so that this is a lower bound. Counts only are kept.
"""

import csv
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

import measure

DATA = Path(os.environ.get("DIMINUENDO_DATA") or sys.exit("DIMINUENDO_DATA is not set: nothing to measure on"))
CASES = measure.ROOT / "datasets/gazetteer/cases.csv"
DOCS = measure.ROOT / "docs/locations.md"
MANY = 100_000
LOOKUPS = ("--mapping", "account-lookups")


def enriched(binaries, folder, inputs, *options):
    quiet = ["-q", "--force"]
    # 1: records were left out; real folders hold some that break off on purpose.
    done = subprocess.run([binaries / "ingest", *inputs, *options, "-o", folder / "1", *quiet], stderr=subprocess.PIPE)
    if done.returncode > 1:
        sys.exit(done.stderr.decode())
    subprocess.run([binaries / "dedupe", folder / "1", "--no-linkage", "-o", folder / "2", *quiet], check=True)
    study = measure.ROOT / "datasets/diminishing-returns-2016/study.toml"
    told = measure.run([binaries / "enrich", folder / "2", "--study", study, "-o", folder / "3", *quiet])
    return folder / "3", told


def lookups(path, locations):
    with open(path, "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        columns = ["userid", "user_screen_name", "user_display_name", "user_profile_description", "user_reported_location"]
        columns += ["user_profile_url", "account_creation_date", "follower_count", "following_count", "statuses_count"]
        columns += ["account_language", "protected", "observed_at"]
        table = csv.DictWriter(file, columns)
        table.writeheader()
        for number, location in enumerate(locations, 1):
            row = {"userid": number, "user_reported_location": location, "observed_at": "2015-06-01 00:00:00"}
            table.writerow(row)
    return path


def judged(pairs):
    """Of (what is meant, country, candidates): rightly told, wrongly told, ambiguous with the right one among them, without it, unread."""
    pairs = [(meant.split(), country, (candidates or "").split()) for meant, country, candidates in pairs]
    told = [(meant, country) for meant, country, _ in pairs if country]
    several = [(meant, candidates) for meant, country, candidates in pairs if not country and candidates]
    return {
        "n": len(pairs),
        "right": sum(country in meant and len(meant) == 1 for meant, country in told),
        "wrong": sum(not (country in meant and len(meant) == 1) for meant, country in told),
        "ambiguous_right": sum(set(meant) <= set(candidates) for meant, candidates in several),
        "ambiguous_wrong": sum(not set(meant) <= set(candidates) for meant, candidates in several),
        "unread": sum(not country and not candidates for _, country, candidates in pairs),
    }


def main():
    binaries = Path(sys.argv[1])
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        with open(CASES, encoding="utf-8") as file:
            cases = [(row["location"], row["means"]) for row in csv.DictReader(file) if row["location"]]
        at, _ = enriched(binaries, folder, [lookups(folder / "cases.csv", [location for location, _ in cases])], *LOOKUPS)
        read = dict(
            (int(number), (country, candidates))
            for number, country, candidates in duckdb.sql(
                f"SELECT account_id, location_country, location_candidates FROM '{at}/accounts.parquet'"
            ).fetchall()
        )
        for what, holds in [
            ("cases that mean one country, Latin letters", lambda text, means: len(means) == 2 and not re.search("[\u0600-\u06ff]", text)),
            ("cases that mean one country, Arabic letters", lambda text, means: len(means) == 2 and re.search("[\u0600-\u06ff]", text)),
            ("cases that may mean several", lambda text, means: len(means) > 2),
            ("cases that mean none", lambda text, means: not means),
        ]:
            pairs = [(means, *read[number]) for number, (text, means) in enumerate(cases, 1) if holds(text, means)]
            rows.append({"texts": what, **judged(pairs)})
        at, _ = enriched(binaries, folder, [DATA / "tw-v11", DATA / "tw-v2"])
        pairs = duckdb.sql(
            f"""SELECT DISTINCT p.country, a.location_country, a.location_candidates, a.location, a.account_id
                FROM '{at}/posts.parquet' p JOIN '{at}/accounts.parquet' a
                  ON p.platform = a.platform AND p.account_id = a.account_id
                WHERE length(p.country) = 2 AND trim(a.location) <> ''"""
        ).fetchall()
        rows.append({"texts": "real authors, by the place tags of their posts", **judged(pair[:3] for pair in pairs)})
        for what, inputs in [("twibot20", "twibot20"), ("nbc-russian", "nbc-russian/users.csv")]:
            at, _ = enriched(binaries, folder, [DATA / inputs])
            found = duckdb.sql(
                f"""SELECT count(DISTINCT account_id), count(DISTINCT account_id) FILTER (location_country IS NOT NULL),
                           count(DISTINCT account_id) FILTER (location_country IS NULL AND location_candidates IS NOT NULL)
                    FROM '{at}/accounts.parquet' WHERE trim(location) <> ''"""
            ).fetchall()[0]
            rows.append({"texts": f"declared locations of {what}", "n": found[0], "right": "", "wrong": "", "ambiguous_right": "",
                         "ambiguous_wrong": "", "unread": found[0] - found[1] - found[2]})
        locations = [f"{text} {number}" for number in range(MANY // len(cases) + 1) for text, _ in cases][:MANY]
        _, with_locations = enriched(binaries, folder, [lookups(folder / "many.csv", locations)], *LOOKUPS)
        _, without = enriched(binaries, folder, [lookups(folder / "many.csv", [""] * MANY)], *LOOKUPS)
    with open(measure.RESULTS / "locations.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    table = ["| texts | n | right | wrong | ambiguous, the right one among them | ambiguous, without it | unread |", "|---|---|---|---|---|---|---|"]
    table += ["| " + " | ".join(str(cell) for cell in row.values()) + " |" for row in rows]
    cost = (f"{MANY:,} accounts with a location: enrich takes {with_locations['cpu_s']} s of processor time, without {without['cpu_s']} s "
            f"({measure.machine()}).")
    text = "\n".join([*table, "", cost])
    kept = DOCS.read_text(encoding="utf-8")
    before, _, rest = kept.partition("<!-- made by tests/bench/locations.py -->\n")
    after = rest.partition("<!-- end -->")[2]
    DOCS.write_text(f"{before}<!-- made by tests/bench/locations.py -->\n{text}\n<!-- end -->{after}", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
