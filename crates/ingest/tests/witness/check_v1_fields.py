"""Compares the posts and accounts that ingest read from Twitter v1.1 JSON with what Python's json reads in the same files.

    python check_v1_fields.py OUTPUT_OF_INGEST FOLDER_OF_FILES

Prints how many rows were compared and which fields differ, by field; ends with status 1 when any differs.
"""

import collections
import os
import sys
from datetime import datetime

import pyarrow.parquet as pq

from count_twitter import documents, handle, identifier, is_tweet

out, folder = sys.argv[1:]


def decoded(text):
    """Twitter's escapes, decoded once."""
    for escape, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#39;", "'"), ("&amp;", "&")):
        text = text.replace(escape, character) if text else text
    return text or None


def milliseconds(text):
    for form in ("%a %b %d %H:%M:%S %z %Y", "%a, %d %b %Y %H:%M:%S %z"):
        try:
            return int(datetime.strptime(text or "", form).timestamp() * 1000)
        except ValueError:
            pass
    return None


def expected_post(tweet):
    repost = tweet.get("retweeted_status")
    whole = repost if isinstance(repost, dict) else tweet
    extended = whole.get("extended_tweet") or {}
    entities = extended.get("entities") or whole.get("entities")

    def items(name, *keys):
        if not isinstance(entities, dict):
            return None
        found = (next((str(item[key]) for key in keys if item.get(key)), None) for item in entities.get(name) or [])
        return [item for item in found if item]

    return {
        "text": decoded(extended.get("full_text") or whole.get("full_text") or whole.get("text")),
        "posted_at": milliseconds(tweet.get("created_at")),
        "hashtags": items("hashtags", "text"),
        "urls": items("urls", "expanded_url", "url"),
        "mentioned_ids": items("user_mentions", "id_str", "id"),
        "likes": tweet.get("favorite_count"),
        "reposts": tweet.get("retweet_count"),
        "lang": tweet.get("lang") or None,
    }


def expected_account(user):
    return {
        "handle": handle(user),
        "display_name": decoded(user.get("name")),
        "description": decoded(user.get("description")),
        "location": decoded(user.get("location")),
        "created_at": milliseconds(user.get("created_at")),
        "followers": user.get("followers_count"),
        "following": user.get("friends_count"),
        "statuses": user.get("statuses_count"),
        "listed": user.get("listed_count"),
        "verified": user.get("verified"),
        "protected": user.get("protected"),
    }


def walk(thing, found):
    if isinstance(thing, dict):
        if identifier(thing):
            if is_tweet(thing):
                found["posts", identifier(thing)].append(thing)
            elif handle(thing):
                found["accounts", identifier(thing)].append(thing)
        thing = list(thing.values())
    if isinstance(thing, list):
        for inner in thing:
            walk(inner, found)


compared = collections.Counter()
different = collections.Counter()
files = {}
for table, key, expected in (("posts", "post_id", expected_post), ("accounts", "account_id", expected_account)):
    for row in pq.read_table(os.path.join(out, table + ".parquet")).to_pylist():
        name = row["source_file"]
        if name not in files:
            files[name] = collections.defaultdict(list)
            for document in documents(os.path.join(folder, name)):
                walk(document, files[name])
        # Activity streams name their fields otherwise; count_twitter.py counts them.
        if row[key].startswith("@") or name.endswith(("activity_streams_examples.json", "activity_streams_missing_field.json")):
            continue
        candidates = [expected(thing) for thing in files[name][table, row[key]]]
        for column in ("posted_at", "created_at"):
            if row.get(column) is not None:
                row[column] = int(row[column].timestamp() * 1000)
        compared[table] += 1
        if not any(all(row[column] == value for column, value in wanted.items()) for wanted in candidates):
            if not candidates:
                different[table, "no such record"] += 1
            for column in candidates[0] if candidates else ():
                different[table, column] += all(row[column] != wanted[column] for wanted in candidates)

print(dict(compared), {key: count for key, count in different.items() if count})
sys.exit(1 if sum(different.values()) else 0)
