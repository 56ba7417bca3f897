"""Posts with near-copies among them, as ingest would have written them, and their texts alone, one a line.

    near_posts.py BIN_FOLDER POSTS STAGE_FOLDER TEXTS_FILE

Words are drawn from 20,000 invented ones by Zipf's law, three in ten posts in Arabic letters; lengths are those of short posts (median
some 90 characters, one in fifty over 250). One post in four copies an earlier text: half of these to the letter, half with one or two
words changed, left out or added; how often a text is copied follows a power law.
"""

import itertools
import json
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

import measure

GROUP = 131_072
START_MS = 1_440_000_000_000


def words(rng, consonants, vowels, count):
    found = {}
    while len(found) < count:
        syllables = rng.choice((1, 2, 2, 3, 3, 4))
        found["".join(rng.choice(consonants) + rng.choice(vowels) for _ in range(syllables))] = None
    return list(found)


class Author:
    def __init__(self, rng):
        self.rng = rng
        weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(20_000)))
        latin = words(rng, "bcdfghjklmnprstvwz", "aeiou", 20_000)
        arabic = words(rng, "بتثجحخدذرزسشصضطظعغفقكلمنه", ["ا", "و", "ي", ""], 20_000)
        self.languages = [(latin, weights), (arabic, weights)]
        self.copied = []

    def draw(self, arabic, count):
        vocabulary, weights = self.languages[arabic]
        return self.rng.choices(vocabulary, cum_weights=weights, k=count)

    def post(self):
        rng = self.rng
        if self.copied and rng.random() < 0.25:
            # The earlier a text stands among those that are copied, the more often it is.
            arabic, text = self.copied[int(len(self.copied) * rng.random() ** 3)]
            if rng.random() < 0.5:
                return " ".join(text)
            text = list(text)
            for _ in range(rng.choice((1, 1, 2))):
                at, edit = rng.randrange(len(text)), rng.random()
                if edit < 0.4:
                    text[at:at + 1] = self.draw(arabic, 1)
                elif edit < 0.7:
                    text.append("#" + self.draw(arabic, 1)[0])
                elif len(text) > 4:
                    del text[at]
            return " ".join(text)
        arabic = rng.random() < 0.3
        text = self.draw(arabic, max(3, min(60, int(rng.lognormvariate(2.65, 0.5)))))
        if rng.random() < 0.03:
            self.copied.append((arabic, text))
        return " ".join(text)


def main():
    binaries, posts, stage, texts = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4])
    shutil.rmtree(stage, ignore_errors=True)
    rng = random.Random(5)
    # Any record makes a directory with all tables; its table of posts is then replaced by one of the same schema.
    with tempfile.TemporaryDirectory() as folder:
        record = {"id_str": "1", "created_at": "Thu Jul 02 10:00:00 +0000 2015", "text": "tea", "user": {"id_str": "1"}}
        (Path(folder) / "one.jsonl").write_text(json.dumps(record) + "\n")
        subprocess.run([binaries / "ingest", Path(folder) / "one.jsonl", "-q", "-o", stage], check=True)
    footer = {key: value for key, value in pq.read_metadata(stage / "posts.parquet").metadata.items() if key != b"ARROW:schema"}
    model = pq.read_table(stage / "posts.parquet")
    fixed = {name: model.column(name)[0] for name in model.column_names}
    author, line = Author(rng), 0
    properties = {"compression": "zstd", "use_compliant_nested_type": False, "use_dictionary": ["platform", "account_id", "kind", "source_file"]}
    made = measure.in_place_of(stage, "posts")
    with pq.ParquetWriter(made, model.schema, **properties) as writer, open(texts, "w") as file:
        while line < posts:
            count = min(GROUP, posts - line)
            lines = range(line + 1, line + count + 1)
            said = [author.post() for _ in lines]
            file.writelines(f"{text}\n" for text in said)
            known = {
                "post_id": [str(10**15 + n) for n in lines],
                "account_id": [str(int(200_000 * rng.random() ** 2)) for _ in lines],
                "posted_at": [START_MS + 1_000 * n for n in lines],
                "text": said,
                "source_line": lines,
            }
            columns = [
                pa.array(known[field.name], field.type) if field.name in known
                else pa.array([fixed[field.name].as_py()] * count, field.type)
                for field in model.schema
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=model.schema))
            line += count
        writer.add_key_value_metadata(footer)


if __name__ == "__main__":
    main()
