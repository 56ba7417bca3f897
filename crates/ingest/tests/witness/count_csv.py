"""What Python's own csv and json readers find in the CSV corpora, and in those of JSON that mappings read; shares nothing with ingest.

    python tests/witness/count_csv.py DATA > tests/golden/csv.csv

DATA is the folder with the data sets. Columns of what is printed: the corpus and the arguments it takes; records, records used, rejected
and skipped, each with its reason; rows by table; distinct accounts of posts, or else of accounts or of the roster; the first and last
time of posts, or else of creation of accounts, in milliseconds.
"""

import csv
import gzip
import io
import json
import re
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

csv.field_size_limit(1 << 30)
DATA = Path(sys.argv[1])
V1 = "%a %b %d %H:%M:%S %z %Y"


def rows(path, encoding="utf-8", header=True):
    raw = (DATA / path).open("rb")
    if path.endswith(".gz"):
        raw = gzip.open(raw)
    if path.endswith(".zst"):
        raw = io.BytesIO(subprocess.run(["zstd", "-dc"], stdin=raw, capture_output=True, check=True).stdout)
    reader = csv.reader(io.TextIOWrapper(raw, encoding=encoding, newline=""))
    names = next(reader) if header else None
    return [dict(zip(names, row, strict=True)) if header else row for row in reader]


def at(text, *formats):
    for form in formats:
        try:
            moment = datetime.strptime(text, form)
        except ValueError:
            continue
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone.utc)
        return int(moment.timestamp() * 1000)
    raise ValueError(text)


def epoch(text):
    return round(float(text) * 1000)


def excel(text):
    moment = datetime(1899, 12, 30, tzinfo=timezone.utc) + timedelta(days=float(text))
    return round(moment.timestamp()) * 1000


def damaged(text):
    return bool(re.fullmatch(r"[0-9.]+E\+[0-9]+", text))


def account(identifier, handle):
    return identifier if identifier and not damaged(identifier) else "@" + handle.lower()


def line(path, arguments="", used=0, rejected="", skipped="", tables="", ids=(), times=(), read=None):
    lost = sum(int(part.rsplit(" ", 1)[1]) for part in (rejected, skipped) if part)
    times = sorted(times)
    first, last = (times[0], times[-1]) if times else ("", "")
    out.writerow([path, arguments, used + lost if read is None else read, used, rejected, skipped, tables, len(set(ids)), first, last])


out = csv.writer(sys.stdout, lineterminator="\n")
out.writerow("path arguments read used rejected skipped tables accounts first last".split())

r = rows("fifthtribe/tweets.csv")
line("fifthtribe/tweets.csv", used=len(r), tables=f"posts {len(r)} accounts {len(r)}",
     ids=("@" + x["username"].lower() for x in r), times=(at(x["time"], "%m/%d/%Y %H:%M") for x in r))

r = rows("ira-538/tweets.csv.zst")
line("ira-538/tweets.csv.zst", used=len(r), tables=f"posts {len(r)} accounts {len(r)}",
     ids=("@" + x["author_id"].lower() for x in r), times=(at(x["publish_date"], "%Y-%m-%d %H:%M:%S") for x in r))

r = rows("ira-538/IRAhandle_tweets_sample_original_schema.csv")
line("ira-538/IRAhandle_tweets_sample_original_schema.csv", used=len(r), tables=f"posts {len(r)} accounts {len(r)}",
     ids=("@" + x["author"].lower() for x in r),
     times=(at(x["publish_date"], "%m/%d/%Y %H:%M", "%m/%d/%y %H:%M") for x in r))

r = rows("ira-538/authors.csv")
line("ira-538/authors.csv", used=len(r), tables=f"roster {len(r)}", ids=(x["author_id"] for x in r))

for name in ("mib-fake/fusers.csv", "mib-fake/users.csv"):
    r = rows(name)
    line(name, used=len(r), tables=f"accounts {len(r)}", ids=(x["id"] for x in r), times=(at(x["created_at"], V1) for x in r))

r = rows("nbc-russian/users.csv")
line("nbc-russian/users.csv", used=len(r), tables=f"accounts {len(r)}", ids=(account(x["id"], x["screen_name"]) for x in r),
     times=(at(x["created_at"], V1) for x in r if x["created_at"]))

r = rows("nbc-russian/datamodel_users.csv", "cp1252")
line("nbc-russian/datamodel_users.csv", used=len(r), tables=f"accounts {len(r)}",
     ids=(account(x["user_c"], x["handle_n"]) for x in r),
     times=(at(x["created_s"], "%m/%d/%Y %H:%M") for x in r if x["created_s"]))

r = rows("nbc-russian/datamodel_tweets.csv", "cp1252")
kept = [x for x in r if any(x.values())]
line("nbc-russian/datamodel_tweets.csv", used=len(kept), skipped=f"row without a value {len(r) - len(kept)}",
     tables=f"posts {len(kept)}", ids=(x["user_k"] for x in kept), times=(excel(x["timestamp_s"]) for x in kept))

r = rows("twitter-io/china_082019_1_users_csv_hashed.csv")
line("twitter-io/china_082019_1_users_csv_hashed.csv", used=len(r), tables=f"accounts {len(r)}", ids=(x["userid"] for x in r),
     times=(at(x["account_creation_date"], "%Y-%m-%d") for x in r))

r = json.load((DATA / "twitter-io/IRA_user_list.json").open())
line("twitter-io/IRA_user_list.json", "--mapping id-list-json", used=len(r), tables=f"roster {len(r)}", ids=r)

r = rows("coortweet/russian_coord_tweets.csv.gz")
line("coortweet/russian_coord_tweets.csv.gz", used=len(r), tables=f"posts {len(r)}", ids=(x["account_id"] for x in r),
     times=(epoch(x["timestamp_share"]) for x in r))

r = rows("reddit-suspicious/comments.csv")
gone = [x for x in r if x["author.name"] in ("", "[deleted]")]
kept = [x for x in r if x not in gone] if gone else r
line("reddit-suspicious/comments.csv", used=len(kept), rejected=f"no account {len(gone)}" if gone else "",
     tables=f"posts {len(kept)}", ids=("@" + x["author.name"].lower() for x in kept), times=(epoch(x["created_utc"]) for x in kept))

r = rows("reddit-suspicious/users.csv")
line("reddit-suspicious/users.csv", used=len(r), tables=f"accounts {len(r)}", ids=("@" + x["name"].lower() for x in r),
     times=(epoch(x["created_utc"]) for x in r))

r = rows("reddit-suspicious/seed.csv", header=False)
line("reddit-suspicious/seed.csv", "--mapping reddit-seed", used=len(r), tables=f"roster {len(r)}", ids=(x[0] for x in r))

r = json.load((DATA / "twibot20/TwiBot-20_sample.json").open())
posts = sum(len(x["tweet"] or []) for x in r)
follows = sum(len(n) for x in r for n in (x["neighbor"] or {}).values())
line("twibot20/TwiBot-20_sample.json", used=len(r) + posts + follows, tables=f"posts {posts} accounts {len(r)} follows {follows}",
     ids=(x["ID"] for x in r if x["tweet"]), times=(at(x["profile"]["created_at"].strip(), V1) for x in r))
