"""What an independent reader finds in files of Twitter JSON, by the rules that ingest documents.

    python count_twitter.py FILE...

prints one line a file: name, records used, posts, accounts, checks, tab-separated. Only Python's own json reads the files.
"""

import json
import sys


def documents(path):
    """The records of a file: the elements of one JSON document, or the lines."""
    content = open(path, "rb").read()
    try:
        document = json.loads(content)
        return document if isinstance(document, list) else [document]
    except ValueError:
        pass
    found = []
    for line in content.split(b"\n"):
        if line.strip():
            try:
                found.append(json.loads(line))
            except ValueError:
                pass
    return found


def identifier(thing):
    for value in (thing.get("id_str"), thing.get("id")):
        if isinstance(value, str) and value:
            return value
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return str(value)
    return None


def handle(user):
    return user.get("screen_name") or user.get("username")


def is_tweet(thing):
    if "event_type" in thing:
        return False  # a direct message
    has_text = isinstance(thing.get("text"), str) or isinstance(thing.get("full_text"), str)
    return (has_text or isinstance(thing.get("extended_tweet"), dict)) and not handle(thing)


def is_v2(tweet):
    keys = ("author_id", "author", "public_metrics", "conversation_id", "edit_history_tweet_ids")
    return not isinstance(tweet.get("user"), dict) and any(tweet.get(key) for key in keys)


class Count:
    def __init__(self):
        self.used = self.posts = self.accounts = self.checks = 0

    def account(self, user):
        self.accounts += bool(handle(user))

    def v1(self, tweet):
        user = tweet.get("user")
        if not isinstance(user, dict) or not identifier(tweet) or not (identifier(user) or handle(user)):
            return False
        self.posts += 1
        self.account(user)
        self.nested(tweet)
        return True

    def nested(self, tweet):
        repost = tweet.get("retweeted_status")
        quote = tweet.get("quoted_status")
        if isinstance(repost, dict):
            self.v1(repost)
            if isinstance(repost.get("quoted_status"), dict):
                quote = None
        if isinstance(quote, dict):
            self.v1(quote)

    def user(self, user):
        if not identifier(user):
            return False
        self.account(user)
        status = user.get("status")
        if isinstance(status, dict) and is_tweet(status) and identifier(status):
            self.posts += 1
            self.nested(status)
        return True

    def v2(self, tweet):
        author = tweet.get("author") or {}
        if not identifier(tweet):
            return False
        # Without an author it is a row of post_ids.
        self.posts += bool(tweet.get("author_id") or identifier(author))
        return True

    def pinned(self, user):
        if isinstance(user.get("pinned_tweet"), dict):
            self.v2(user["pinned_tweet"])

    def mentioned(self, *texts):
        for text in texts:
            for user in (text or {}).get("mentions", []):
                if "name" in user:
                    self.account(user)
                    self.pinned(user)

    def flat(self, tweet):
        if not self.v2(tweet):
            return False
        self.carried(tweet)
        self.mentions(tweet)
        return True

    def carried(self, tweet):
        for key in ("author", "in_reply_to_user"):
            if isinstance(tweet.get(key), dict):
                self.account(tweet[key])
                self.pinned(tweet[key])
        for inner in tweet.get("referenced_tweets", []):
            if is_tweet(inner) and self.v2(inner):
                self.carried(inner)

    def mentions(self, tweet):
        """Whole accounts in mentions, of every post that is nested in a flattened one."""
        self.mentioned(tweet.get("entities"))
        for key in ("author", "in_reply_to_user"):
            self.mentioned(((tweet.get(key) or {}).get("entities") or {}).get("description"))
        for inner in tweet.get("referenced_tweets", []):
            self.mentions(inner)

    def listed(self, a_list):
        """A list of the first interface carries the account of whose it is."""
        if isinstance(a_list.get("user"), dict):
            self.account(a_list["user"])
            self.used += 1

    def activity(self, activity):
        actor = activity.get("actor")
        if not activity.get("id") or not isinstance(actor, dict) or not actor.get("id"):
            return False
        self.posts += 1
        self.accounts += 1
        shared = activity.get("object") if activity.get("verb") == "share" else None
        quoted = activity.get("twitter_quoted_status")
        if isinstance(shared, dict):
            self.activity(shared)
            if shared.get("twitter_quoted_status"):
                quoted = None
        if isinstance(quoted, dict):
            self.activity(quoted)
        return True

    def record(self, record):
        if not isinstance(record, dict):
            return
        if record.get("objectType") == "activity":
            self.used += self.activity(record)
            return
        if is_tweet(record):
            self.used += self.flat(record) if is_v2(record) else self.v1(record)
        elif handle(record):
            self.used += self.user(record)
        elif "member_count" in record:
            self.listed(record)
        elif isinstance(record.get("lists"), list):
            for a_list in record["lists"]:
                self.listed(a_list)
        elif isinstance(record.get("relationship"), dict):
            source = record["relationship"]["source"]
            self.used += source["following"] or source["followed_by"]
        elif "action" in record and "reason" in record:
            # What is known of an account is kept; the check has no time. Ids of posts are snowflakes.
            self.accounts += int(record["id"]) < 2**40
        else:
            self.page(record)

    def page(self, page):
        for key in ("statuses", "results"):
            for item in page.get(key) or []:
                self.used += isinstance(item, dict) and is_tweet(item) and self.v1(item)
        for item in page.get("users") or []:
            self.used += isinstance(item, dict) and self.user(item)
        data = page.get("data") or []
        data = data if isinstance(data, list) else [data]
        own = set()
        for item in (i for i in data if isinstance(i, dict)):
            own.add(identifier(item))
            if is_tweet(item):
                self.used += self.v2(item)
                if isinstance(item.get("author"), dict):
                    self.account(item["author"])
            elif handle(item):
                self.used += self.user(item)
        includes = page.get("includes") or {}
        for tweet in includes.get("tweets") or []:
            if identifier(tweet) not in own and is_tweet(tweet):
                self.v2(tweet)
        for user in includes.get("users") or []:
            self.account(user)
        seen = (page.get("__twarc") or {}).get("retrieved_at") or (isinstance(page.get("data"), dict) and page["data"].get("created_at"))
        for error in page.get("errors") or []:
            if isinstance(error, dict) and error.get("resource_type") == "user" and seen:
                self.used += 1
                self.checks += 1


if __name__ == "__main__":
    for path in sys.argv[1:]:
        count = Count()
        for record in documents(path):
            count.record(record)
        print(path, count.used, count.posts, count.accounts, count.checks, sep="\t")
