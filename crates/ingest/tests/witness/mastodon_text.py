"""Reads the HTML of Mastodon statuses with Python's own parser and compares the text with what ingest made of it.

    python mastodon_text.py INGEST_OUTPUT FILE...

prints how many posts were compared; exits with 1 and says where they differ. Needs duckdb to read the table.
"""

import json
import re
import sys
from html.parser import HTMLParser

import duckdb


class Words(HTMLParser):
    """The text that a person reads: blocks end in a blank line, `<br>` in a line break."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.words = ""

    def handle_data(self, data):
        self.words += data

    def break_to(self, wanted):
        if self.words:
            ended = len(self.words) - len(self.words.rstrip("\n"))
            self.words += "\n" * max(0, wanted - ended)

    def handle_starttag(self, tag, _):
        if tag == "br" and self.words:
            self.words += "\n"
        elif tag in ("li", "ul", "ol", "pre", "div"):
            self.break_to(1)

    def handle_endtag(self, tag):
        if tag in ("p", "blockquote", "pre", "ul", "ol"):
            self.break_to(2)


def words(html):
    parser = Words()
    parser.feed(html)
    parser.close()
    return parser.words.rstrip()


def statuses(thing):
    """Every status in a document, however deep."""
    if isinstance(thing, list):
        for item in thing:
            yield from statuses(item)
    elif isinstance(thing, dict):
        if isinstance(thing.get("content"), str) and isinstance(thing.get("account"), dict) and thing.get("uri"):
            yield thing
        for value in thing.values():
            yield from statuses(value)


def documents(path):
    content = open(path, encoding="utf-8", errors="replace").read()
    try:
        return [json.loads(content)]
    except ValueError:
        found = []
        for line in content.splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                pass
        return found


def main():
    output, files = sys.argv[1], sys.argv[2:]
    expected = {}
    for path in files:
        for document in documents(path):
            for status in statuses(document):
                inner = status.get("reblog") or status
                expected.setdefault(status["uri"], set()).add(words(inner["content"]))
    rows = duckdb.sql(f"SELECT post_id, coalesce(text, '') FROM '{output}/posts.parquet'").fetchall()
    different = [(post, text) for post, text in rows if post in expected and text not in expected[post]]
    missing = set(expected) - {post for post, _ in rows}
    for post, text in different[:3]:
        print(re.sub(r"\w", "x", post), re.sub(r"[^\W\d_]", "x", text)[:200])
    print(f"{len(rows)} posts, {len(expected)} statuses, {len(different)} different, {len(missing)} missing")
    sys.exit(bool(different or missing))


if __name__ == "__main__":
    main()
