"""Counts of what becomes of every JSON corpus of the data folder, as `golden/json.jq` tells it.

    python golden_json.py DATA_FOLDER > golden/json.csv

Needs jq 1.7 (ids keep their digits, and nothing here reckons with them).
"""

import collections
import csv
import json
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).parent.parent / "golden" / "json.jq"
LINES = ["-R", "--arg", "lines", "1"]
# Patterns of files, and how jq reads them: as documents, or as lines where some are broken.
CORPORA = [
    ("tw-v11/python-twitter/**/*.json", []),
    ("tw-v11/sferik/*.json", []),
    ("tw-v11/simdjson/*.json", []),
    ("tw-v11/tweepy/*.json", []),
    ("tw-v11/tweet_parser/**/*.json", []),
    ("tw-v11/tweetsets/*.json", LINES),
    ("tw-v11/twitter-to-sqlite/*.json", []),
    ("tw-v2/tweepy/*.json", []),
    ("tw-v2/twarc-csv/*.jsonl", LINES),
    ("tw-v2/twarc-ids/*.jsonl", LINES),
    ("tw-gnip/*.json", []),
    ("bsky-jetstream/golden_v1.jsonl", []),
    ("bsky-jetstream/corpus/expected_v1.jsonl", []),
    ("mastodon/mastodonpy/*.json", []),
    ("mastodon/rtoot/*.json", []),
    ("mastodon/rtoot-testdata/*.json", LINES),
    ("reddit-pushshift/*.json", []),
    ("twitter-io/*.json", []),
]


def sound(line):
    """Whether a line is JSON; jq lets more pass."""
    try:
        return json.loads(line) is not None
    except ValueError:
        return not line.strip()


def main():
    data = Path(sys.argv[1])
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["files", "what", "name", "count"])
    for pattern, options in CORPORA:
        files = sorted(path for path in data.glob(pattern) if path.is_file())
        counts = collections.Counter()
        for path in files:
            content = path.read_bytes()
            if options:
                content = b"\n".join(line if sound(line) else b"BROKEN" for line in content.split(b"\n"))
            told = subprocess.run(["jq", "-rn", *options, "-f", PROGRAM], input=content, capture_output=True)
            if told.returncode:
                sys.exit(f"{path}: {told.stderr.decode()}")
            counts.update(tuple(line.split("\t")) for line in told.stdout.decode().splitlines())
        read = sum(count for (what, _), count in counts.items() if what != "rows")
        for (what, name), count in sorted({("read", ""): read, **counts}.items()):
            writer.writerow([pattern, what, name, count])


if __name__ == "__main__":
    main()
