"""Counts again, in DuckDB, numpy and Python's own Unicode, what enrich and metrics say of content, and joins members to their newest
observation with DuckDB's ASOF JOIN. Prints what it compared; stops at the first difference.

usage: python3 tests/content_witness.py ENRICHED MEASURED
"""

import collections
import re
import sys
import unicodedata
import urllib.parse

import duckdb
import numpy

enriched, measured = sys.argv[1:]
sql = duckdb.connect()
sql.execute("SET TimeZone = 'UTC'")
for folder, names in (
    (enriched, "posts accounts members samples stays windows terms posting_days account_signs"),
    (measured, "content"),
):
    for name in names.split():
        sql.execute(f"""CREATE VIEW "{name}" AS SELECT * FROM read_parquet('{folder}/{name}.parquet')""")


def same(what, ours, theirs):
    if ours != theirs:
        different = [row for row in ours if row not in set(theirs)][:1] + [row for row in theirs if row not in set(ours)][:1]
        # Counts only: the rows may name somebody.
        sys.exit(f"{what}: {len(ours)} rows here, {len(theirs)} there; first differences have {[len(row) for row in different]} cells")
    print(f"{what}: {len(ours)} rows")


# Terms from posts. Hashtags by Python's Unicode; domains where two labels are the registered domain for certain.
MARKS = re.compile("[\u0640\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u00ad\u200b-\u200f\u202a-\u202e\ufe0f\u0307]")
PLAIN = re.compile(r"([^.]+\.)*([a-z0-9-]+\.(com|org|net|example))")


def hashtag(tag):
    tag = unicodedata.normalize("NFKC", tag.strip().lstrip("#＃")).lower()
    tag = re.sub("[أإآٱ]", "ا", MARKS.sub("", tag)).replace("ς", "σ")
    return unicodedata.normalize("NFKC", tag).strip()


def domain(link):
    host = urllib.parse.urlsplit(link).hostname or ""
    found = PLAIN.fullmatch(host)
    # Blogs and the like are registered below these.
    return found.group(2) if found and len(host.split(".")) <= 2 else None


counted = collections.Counter()
days = collections.Counter()
times = collections.defaultdict(list)
for platform, account, at, kind, hashtags, urls, client in sql.execute(
    "SELECT platform, account_id, posted_at, kind, hashtags, urls, client FROM posts WHERE posted_at IS NOT NULL"
).fetchall():
    day, own = at.date(), kind != "repost"
    terms = {("hashtag", hashtag(tag)) for tag in hashtags or []} | {("domain", domain(link)) for link in urls or []}
    if client:
        terms.add(("client", " ".join(client.split())))
    for kind, term in terms:
        if term and len(term) <= 280:
            counted[platform, kind, term, account, day, own] += 1
    days[platform, account, day, own] += 1
    times[platform, account].append(int(at.timestamp()))
theirs = collections.Counter()
for *key, posts, reposts in sql.execute("SELECT platform, kind, term, account_id, day, posts, reposts FROM terms").fetchall():
    if key[1] != "domain" or PLAIN.fullmatch(key[2]) and len(key[2].split(".")) == 2:
        theirs[(*key, True)] += posts
        theirs[(*key, False)] += reposts
# Where a host has more labels than the domain, only our side counts: compare hosts of two labels by what they at least have.
for kind in ("hashtag", "client"):
    of = lambda counts: sorted((key, n) for key, n in counts.items() if key[1] == kind and n)
    same(f"terms, {kind}", of(counted), of(theirs))
fewer = [key for key, n in counted.items() if key[1] == "domain" and theirs[key] < n]
if fewer:
    sys.exit(f"terms, domain: {len(fewer)} counts are lower than those of hosts of two labels")
print("terms, domain:", sum(1 for key in counted if key[1] == "domain"), "rows")
ours = sorted(((*key, True), n) for *key, n, _ in sql.execute("SELECT platform, account_id, day, posts, reposts FROM posting_days").fetchall() if n)
same("posting_days", ours, sorted((key, n) for key, n in days.items() if key[3]))

# Signs from posts.
compared = 0
for platform, account, posts, gap, burstiness, dispersion in sql.execute(
    "SELECT platform, account_id, posts, gap_median_seconds, burstiness, minute_dispersion FROM account_signs"
).fetchall():
    moments = numpy.sort(numpy.array(times[platform, account], dtype=numpy.int64))
    assert posts == len(moments)
    gaps = numpy.diff(moments)
    if len(moments) >= 10:
        assert gap == numpy.median(gaps)
        if gaps.mean() > 0:
            assert abs(burstiness - (gaps.std() - gaps.mean()) / (gaps.std() + gaps.mean())) < 1e-9
        compared += 1
    else:
        assert gap is None and burstiness is None
    if len(moments) >= 60:
        minutes = numpy.bincount(moments // 60 % 60, minlength=60)
        assert abs(dispersion - minutes.var(ddof=1) / minutes.mean()) < 1e-9
print("account_signs:", compared, "accounts with a rhythm")

# Content of windows and of weeks up to samples, from terms.
RANKED = """
WITH belonging AS ({belonging}),
uses AS (
    SELECT b."group", b.span, t.kind, t.platform, t.term, SUM(t.posts) AS posts, SUM(t.reposts) AS reposts,
           COUNT(DISTINCT t.account_id) FILTER (t.posts > 0) AS accounts
    FROM belonging b JOIN terms t USING (platform, account_id)
    WHERE t.day BETWEEN b.first_day AND b.last_day
    GROUP BY ALL HAVING SUM(t.posts) > 0
),
placed AS (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY "group", span, kind ORDER BY posts DESC, accounts DESC, platform, term) AS by_posts,
           ROW_NUMBER() OVER (PARTITION BY "group", span, kind ORDER BY accounts DESC, posts DESC, platform, term) AS by_accounts
    FROM uses
)
SELECT "group", span, kind, platform, term, posts, reposts, accounts,
       ROW_NUMBER() OVER (PARTITION BY "group", span, kind ORDER BY by_posts) AS rank
FROM placed WHERE by_posts <= 50 OR by_accounts <= 50 ORDER BY ALL
"""
WINDOWS = """
SELECT DISTINCT s."set" AS "group", w."window" AS span, s.platform, s.account_id, w.from_at::DATE AS first_day, w.to_at::DATE AS last_day
FROM stays s, windows w
WHERE (s.from_at IS NULL OR s.from_at <= w.to_at) AND (s.to_at IS NULL OR s.to_at > w.from_at)
UNION
SELECT 'everyone', w."window", d.platform, d.account_id, w.from_at::DATE, w.to_at::DATE FROM posting_days d, windows w
"""
WEEKS = """
SELECT m."set" AS "group", 'week to ' || s.name AS span, m.platform, m.account_id, s.day - 6 AS first_day, s.day AS last_day
FROM members m JOIN samples s USING (sample_at) WHERE m.alive
"""
for what, belonging, like in (("windows", WINDOWS, "NOT LIKE"), ("samples", WEEKS, "LIKE")):
    ours = sql.execute(
        f"""SELECT "group", "window", kind, platform, term, posts, reposts, accounts, rank FROM content
            WHERE "window" {like} 'week to %' ORDER BY ALL"""
    ).fetchall()
    same(f"content of {what}", ours, sql.execute(RANKED.format(belonging=belonging)).fetchall())

# What was known of a member: the newest observation at or before the sample, by DuckDB's own as-of join.
ours = sql.execute(
    """SELECT "set", sample_at, platform, account_id, observed_at, followers, round(observation_age_days * 86400000)
       FROM members ORDER BY ALL"""
).fetchall()
theirs = sql.execute(
    """WITH newest AS (
           SELECT * FROM accounts WHERE observed_at IS NOT NULL
           QUALIFY ROW_NUMBER() OVER (PARTITION BY platform, account_id, observed_at
                                      ORDER BY source_file DESC, source_line DESC, source_part DESC) = 1
       )
       SELECT m."set", m.sample_at, m.platform, m.account_id, a.observed_at, a.followers,
              round(epoch_ms(m.sample_at) - epoch_ms(a.observed_at))::DOUBLE
       FROM members m ASOF LEFT JOIN newest a
         ON m.platform = a.platform AND m.account_id = a.account_id AND m.sample_at >= a.observed_at ORDER BY ALL"""
).fetchall()
same("members as of their samples", ours, theirs)
