"""Makes the rows of `tests`, `at_risk` and of survival measures anew, from what enrich wrote and from the small tables of metrics, with
scipy, lifelines and plain counting; prints how many rows of each family agree, and fails at the first that does not.

Usage: hypotheses.py ENRICHED MEASURED SPLIT ATTRIBUTES

SPLIT is what `metrics` measured of groups split by the columns of ATTRIBUTES, a CSV with account_id.
"""

import sys
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.stats as st
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.utils import restricted_mean_survival_time
from scipy.optimize import brentq

warnings.simplefilter("ignore")
ENRICHED, MEASURED, SPLIT, ATTRIBUTES = (Path(argument) for argument in sys.argv[1:5])
FEWEST = 5  # privacy.min_group_size of the study


def table(folder, name):
    whole, parts = folder / f"{name}.parquet", folder / name
    return pd.read_parquet(whole if whole.exists() else parts)


def ms(column):
    return column.astype("datetime64[ms, UTC]")


tests, tests_of_parts = table(MEASURED, "tests"), table(SPLIT, "tests")
returns, series, measures = (table(MEASURED, name) for name in ("returns", "series", "measures"))
at_risk = table(MEASURED, "at_risk")
spells, stays, personas, accounts, windows = (
    table(ENRICHED, name) for name in ("spells", "stays", "personas", "accounts", "windows")
)
rows = {(r.family, r.test, r.group, r.window): r for r in tests.itertuples()}
rows |= {(r.family, r.test, r.group, r.window): r for r in tests_of_parts.itertuples() if r.family.startswith("parts.")}
agreed = Counter()
DAY = pd.Timedelta(days=1)
WINDOWS = {w.window: (w.from_at, w.to_at + pd.Timedelta(milliseconds=1)) for w in windows.itertuples()}
BEGIN, END = WINDOWS["all"]


def close(found, expected, what, tolerance=1e-9):
    assert found is not None and np.isfinite(found), f"{what}: {found}, expected {expected}"
    scale = max(abs(expected), 1e-300)
    assert abs(found - expected) <= tolerance * scale, f"{what}: {found}, expected {expected}"


def row(*key):
    agreed[key[0]] += 1
    return rows[key]


def members(group, window):
    """Who was on the list at any time within the window."""
    if group == "everyone":
        return None
    begin, end = WINDOWS[window]
    of = stays[stays.set == group]
    inside = (of.from_at.isna() | (of.from_at < end)) & (of.to_at.isna() | (of.to_at > begin))
    return set(of[inside].account_id)


# Holm by hand: the i-th smallest of m times m - i + 1, never below the one before.
for every_test in (tests, tests_of_parts):
    for (family, window), of in every_test[every_test.p_value.notna()].groupby(["family", "window"]):
        ordered = of.sort_values("p_value")
        m, highest = len(ordered), 0.0
        for place, test in enumerate(ordered.itertuples()):
            highest = max(highest, min(1.0, (m - place) * test.p_value))
            close(test.p_holm, highest, (family, test.test, test.group))
            assert test.family_size == m
        agreed["holm"] += m
    assert every_test.p_holm.notna().equals(every_test.p_value.notna())
    assert (every_test.p_value.notna() | every_test.reason.notna()).all()

# Returns.
before = {
    (p.persona_id, p.return_number): p.predecessor for p in personas.itertuples() if isinstance(p.predecessor, str)
}
of_person = {person: {r.return_number: r for r in chain.itertuples()} for person, chain in returns.groupby("person_id")}
COMPARED = {
    "followers_peak": ("followers_peak", "followers_peak"),
    "followers_last": ("followers_last", "followers_last"),
    "followers_after": ("followers_after", "followers_after"),
    "followers_regained": ("followers_after", "followers_last"),
    "pace": ("tweets_per_day", "tweets_per_day"),
}
for group in ("everyone", "listed", "expanded"):
    inside = members(group, "all")
    chosen = {
        person: chain
        for person, chain in of_person.items()
        if inside is None or any(account.account_id in inside for account in chain.values())
    }
    numbers = sorted({number for chain in chosen.values() for number in chain if number > 0})
    for test, (later, earlier) in COMPARED.items():
        for against in ("first", "previous"):
            for number in [None] + numbers:
                if number == 1 and against == "previous":
                    continue
                ratios = []
                for person, chain in chosen.items():
                    own = []
                    for position, account in chain.items():
                        if position == 0 or (number is not None and position != number):
                            continue
                        named = before.get((person, position))
                        if against == "first":
                            other = chain.get(0)
                        elif named:
                            other = next((a for a in chain.values() if a.account_id == named), None)
                        else:
                            other = chain.get(position - 1)
                        if other is None:
                            continue
                        one, two = getattr(account, later), getattr(other, earlier)
                        if pd.notna(one) and pd.notna(two) and two > 0:
                            own.append(one / two)
                    if own:
                        ratios.append(np.median(own))
                part = group if number is None else f"{group}/return_{number}"
                ranked = row("returns.signed_rank", f"{test}.against_{against}", part, "all")
                signed = row("returns.sign", f"{test}.against_{against}", part, "all")
                assert ranked.n == signed.n == len(ratios), (test, against, part, ranked.n, len(ratios))
                if len(ratios) < FEWEST:
                    assert pd.isna(ranked.p_value) and "fewer than 5 persons" in ranked.reason
                    continue
                for found in (ranked, signed):
                    close(found.effect, np.median(ratios), part)
                    assert found.ci_low <= found.effect <= found.ci_high
                with np.errstate(divide="ignore"):
                    logs = np.log(ratios)
                far = np.abs(logs[np.isfinite(logs)]).max(initial=0.0)
                logs[~np.isfinite(logs)] = -(far + 1.0)
                nonzero = logs[logs != 0.0]
                if len(nonzero) == 0:
                    assert pd.isna(ranked.p_value)
                    continue
                close(signed.p_value, st.binomtest(int((nonzero > 0).sum()), len(nonzero)).pvalue, part)
                ranks = st.rankdata(np.abs(logs))
                assert ranked.statistic == ranks[logs > 0].sum()
                if len(nonzero) > 50:
                    expected = st.wilcoxon(logs, zero_method="pratt", correction=True, method="asymptotic")
                    close(ranked.p_value, expected.pvalue, part)
                elif len(nonzero) <= 16:
                    # All signs, counted out: scipy's exact test takes neither ties nor zeros.
                    kept = ranks[logs != 0.0]
                    signs = (np.arange(2 ** len(kept))[:, None] >> np.arange(len(kept))) & 1
                    sums = signs @ kept
                    least = min(ranks[logs > 0].sum(), ranks[logs < 0].sum())
                    close(ranked.p_value, min(1.0, 2.0 * np.mean(sums <= least + 1e-9)), part)
                elif len(set(np.abs(logs))) == len(logs) == len(nonzero):
                    close(ranked.p_value, st.wilcoxon(logs, method="exact").pvalue, part)

# Suspended against not, each as last seen by the window's end.
last_by_window, suspended_in = {}, {}
spells["end"] = spells.last_alive_at + (spells.first_gone_at - spells.last_alive_at) // 2
spells.loc[spells.last_alive_at.isna(), "end"] = spells.first_gone_at
spells.loc[spells.censored, "end"] = pd.NaT
for window, (begin, end) in WINDOWS.items():
    fates = {}
    for life in spells.itertuples():
        if pd.notna(life.end) and begin <= life.end < end and life.end_state == "suspended":
            fates[life.account_id] = True
        elif pd.notna(life.end) and life.end < end:
            pass
        elif pd.notna(life.first_alive_at) and life.first_alive_at < end:
            fates.setdefault(life.account_id, False)
    seen = accounts[accounts.observed_at < end]
    last = seen.groupby("account_id").observed_at.max().rename("last")
    seen = seen.join(last, on="account_id")
    newest = seen[seen.observed_at == seen["last"]].groupby("account_id")[
        ["followers", "following", "statuses", "tweets_per_day"]
    ].max()
    newest["fate"] = newest.index.map(fates.get)
    last_by_window[window] = newest
    suspended_in[window] = {account for account, suspended in fates.items() if suspended}
    for group in ("everyone", "listed", "expanded"):
        inside = members(group, window)
        of = newest if inside is None else newest[newest.index.isin(inside)]
        for name, column in (
            ("followers", "followers"), ("following", "following"), ("statuses", "statuses"), ("pace", "tweets_per_day"),
        ):
            values = of[[column, "fate"]].dropna()
            a = values[values.fate == True][column].to_numpy(float)  # noqa: E712
            b = values[values.fate == False][column].to_numpy(float)  # noqa: E712
            ranked, placed = (row(f"contrast.{kind}", name, group, window) for kind in ("mann_whitney", "brunner_munzel"))
            assert (ranked.n, ranked.n_other) == (len(a), len(b)), (group, window, name, ranked, len(a), len(b))
            if min(len(a), len(b)) < FEWEST:
                assert pd.isna(ranked.p_value) and ranked.reason
                continue
            expected = st.mannwhitneyu(a, b, method="asymptotic")
            close(ranked.statistic, expected.statistic, name)
            close(ranked.p_value, expected.pvalue, name)
            differences = np.sort(np.subtract.outer(a, b), None)
            close(ranked.effect + 1e6, np.median(differences) + 1e6, name)
            expected = st.brunnermunzel(a, b)
            close(placed.statistic, -expected.statistic, name)
            close(placed.p_value, expected.pvalue, name, 1e-8)
            close(placed.effect, (np.mean(differences > 0) + np.mean(differences == 0) / 2), name)

# Survival: first lives, watched from the first observation on, once they were seen on the list, within the period.
first = spells[spells.spell_number == 1].copy()
NEVER = pd.Timestamp("2200-01-01", tz="UTC")


def seen_on_list(group):
    """When each account was first seen alive on the list; NaT for those on it from the start."""
    began = stays[stays.set == group].sort_values("from_at", na_position="first").drop_duplicates("account_id").set_index("account_id")
    return began.seen_at.fillna(NEVER).where(began.from_at.notna())


since, since_expanded = seen_on_list("listed"), seen_on_list("expanded")
persons = {p.account_id: (p.persona_id, p.return_number) for p in personas.itertuples()}


def lives(group, also_since=None, window="all"):
    """Entry, exit (days of age), event, and what the account is, of every life that can be watched."""
    inside = members(group, window)
    begin, end = WINDOWS[window]
    of = first if inside is None else first[first.account_id.isin(inside)]
    found = []
    for life in of.itertuples():
        if pd.isna(life.created_at) or pd.isna(life.entered_at) or pd.isna(life.last_alive_at):
            continue
        if life.created_at > life.first_alive_at:
            continue
        suspended = pd.notna(life.first_gone_at) and not life.censored and life.end_state == "suspended"
        gone = life.end if suspended else life.last_alive_at
        entry = max(life.entered_at, begin, life.creation_told_at if pd.notna(life.creation_told_at) else begin)
        for starts in [{"listed": since, "expanded": since_expanded}.get(group), also_since]:
            if starts is not None and pd.notna(starts.get(life.account_id)):
                entry = max(entry, starts[life.account_id])
        leaves, event = (gone, suspended) if gone < end else (end, False)
        if entry >= leaves:
            continue
        person, number = persons.get(life.account_id, (life.account_id, 0))
        found.append(((entry - life.created_at) / DAY, (leaves - life.created_at) / DAY, event, life.account_id, person,
                      number > 0, life.created_at.year * 12 + life.created_at.month))
    return pd.DataFrame(found, columns=["entry", "exit", "event", "account", "person", "returned", "month"])


def log_rank(data, stratum, column="one"):
    """Observed less expected of each group over all event times of all strata, with their hypergeometric covariance."""
    groups = sorted(data[column].unique())
    surplus, covariance = np.zeros(len(groups)), np.zeros((len(groups), len(groups)))
    for _, of in data.groupby(stratum):
        belongs = np.array([of[column] == group for group in groups])
        for time in np.unique(of.exit[of.event]):
            there = ((of.entry < time) & (of.exit >= time)).to_numpy()
            dying = there & (of.event & (of.exit == time)).to_numpy()
            n, d = there.sum(), dying.sum()
            share = (belongs & there).sum(axis=1) / n
            surplus += (belongs & dying).sum(axis=1) - d * share
            if n > 1:
                covariance += d * (n - d) / (n - 1) * (np.diag(share) - np.outer(share, share))
    chi = surplus @ np.linalg.pinv(covariance, rcond=1e-10) @ surplus
    return chi, st.chi2.sf(chi, len(groups) - 1)


listed = members("listed", "all")
for group in ("everyone", "listed", "expanded"):
    for test in ("returned_against_first", "listed_against_rest"):
        if test == "listed_against_rest":
            if group == "listed":
                assert "all accounts" in rows[("survival.log_rank", test, group, "all")].reason
                continue
            data = lives(group, since[since.index.isin(listed)])
            data["one"] = data.account.isin(listed)
        else:
            data = lives(group)
            data["one"] = data.returned
        data["none"] = 0
        for suffix, stratum in (("", "none"), (".by_month_created", "month")):
            found = row("survival.log_rank", test + suffix, group, "all")
            assert (found.n, found.n_other) == (data["one"].sum(), (~data["one"]).sum())
            chi, p = log_rank(data, stratum)
            close(found.statistic, chi, test)
            close(found.p_value, p, test, 1e-8)
            frame = data[["entry", "exit", "event", "person"]].assign(x=data["one"].astype(float), s=data[stratum])
            fitted = CoxPHFitter().fit(
                frame.drop(columns=["person"]), "exit", "event", entry_col="entry", strata=["s"],
                fit_options={"precision": 1e-12, "r_precision": 1e-14},
            )
            # lifelines stops where a step is small.
            close(found.effect, float(np.exp(fitted.params_["x"])), test, 1e-6)
    data = lives(group)
    data["none"] = 0
    data["number"] = data.account.map(lambda account: min(3, persons.get(account, (None, 0))[1]))
    counts = data.number.value_counts()
    for suffix, stratum in (("", "none"), (".by_month_created", "month")):
        found = row("survival.log_rank", "by_return_number" + suffix, group, "all")
        if counts.min() < FEWEST:
            assert pd.isna(found.p_value) and found.reason.startswith("fewer than 5 lives")
            continue
        chi, p = log_rank(data, stratum, "number")
        close(found.statistic, chi, found.test, 1e-8)
        close(found.p_value, p, found.test, 1e-7)
    for age in (0, 7, 30, 60, 90, 180, 365, 730, 1095):
        of = at_risk[(at_risk.group == group) & (at_risk.window == "all") & (at_risk.time_days == age)].iloc[0]
        expected = (
            ((data.entry < age) & (data.exit >= age)).sum(),
            (data.event & (data.exit <= age)).sum(),
            (~data.event & (data.exit <= age)).sum(),
        )
        assert (of.at_risk, of.events, of.censored) == expected, (group, age, of, expected)
        agreed["at_risk"] += 1
    at = measures[(measures.group == group) & (measures.window == "all")].set_index("measure")
    late = at.loc["survival.median_days"].method
    if "given survival to day" not in late:
        curve = KaplanMeierFitter().fit(data.exit, data.event, entry=data.entry)
        for days in (2, 7, 30, 90):
            found = at.loc[f"survival.suspended_by_{days}_days"]
            if pd.notna(found.value):
                close(1.0 - found.value, float(curve.predict(days)), days)
                agreed["suspended_by"] += 1
        mean = at.loc["survival.restricted_mean_90_days"]
        if pd.notna(mean.value):
            # Both begin where somebody is watched first.
            close(mean.value, restricted_mean_survival_time(curve, t=90), group)
            agreed["restricted_mean"] += 1

# Parts of a column, pair by pair; of a column with more than six values each against the rest.
attributes = pd.read_csv(ATTRIBUTES, dtype=str).set_index("account_id")
ALIVE = {"active", "protected", "renamed", "withheld"}
checks = table(ENRICHED, "availability")
checks = checks[checks.state != "unknown"].groupby(["account_id", "observed_at"]).state.min().reset_index()
checks["since"] = checks.groupby("account_id").observed_at.shift()
checks["before"] = checks.groupby("account_id").state.shift()
checks = checks[checks.before.isin(ALIVE) & (checks.since < checks.observed_at)]
checks["event"] = checks.state == "suspended"
checks["until"] = checks.observed_at.where(
    checks.state.isin(ALIVE), checks.since + (checks.observed_at - checks.since) // 2
)
known = set(accounts.account_id) | set(spells.account_id) | set(checks.account_id)
of_accounts = stays.groupby(["set", "account_id"])


def on_list_then(group, account, moment):
    if (group, account) not in of_accounts.groups:
        return False
    own = of_accounts.get_group((group, account))
    return ((own.from_at.isna() | (own.from_at <= moment)) & (own.to_at.isna() | (own.to_at > moment))).any()


listed_checks = {"everyone": checks}
for group in ("listed", "expanded"):
    there = [on_list_then(group, check.account_id, check.since) for check in checks.itertuples()]
    listed_checks[group] = checks[there]
later = {}
for account, (person, number) in persons.items():
    later[person] = max(later.get(person, 0), number)


def two_sides(column):
    """Name of each pair, and on which side of it (0, 1) an account stands."""
    place = attributes[column].dropna()
    values = sorted(set(place[place.index.isin(known)]))
    if len(values) <= 6:
        for at, one in enumerate(values):
            for other in values[at + 1 :]:
                yield f"{one} against {other}", place.map({one: 0, other: 1}).dropna()
    else:
        for one in values:
            yield f"{one} against the rest", place.map(lambda value, one=one: int(value != one))


def compared(found, a, b):
    assert (found.n, found.n_other) == (len(a), len(b)), (found, len(a), len(b))
    if min(len(a), len(b)) < FEWEST:
        assert pd.isna(found.p_value) and found.reason.startswith("fewer than 5 accounts"), found
        return False
    return True


def hazard_ratio(data):
    """Of `one` over the others: where Efron's score is nought. (lifelines stops some digits before it where the ratio is near 1.)"""
    one, entry, leaves, event = (data[name].to_numpy() for name in ("one", "entry", "exit", "event"))
    times = []
    for time in np.unique(leaves[event]):
        there, dying = (entry < time) & (leaves >= time), event & (leaves == time)
        times.append([(there & one).sum(), (there & ~one).sum(), (dying & one).sum(), (dying & ~one).sum()])

    def score(beta):
        total = 0.0
        for at_risk, others, d_one, d_other in times:
            for before in np.arange(d_one + d_other) / (d_one + d_other):
                weight = (at_risk - before * d_one) * np.exp(beta)
                total -= weight / (weight + others - before * d_other)
            total += d_one
        return total

    return np.exp(brentq(score, -20.0, 20.0, xtol=1e-14, rtol=1e-14))


for column in attributes.columns:
    for pair, side in two_sides(column):
        for group in ("everyone", "listed", "expanded"):
            for window in WINDOWS:
                inside = members(group, window)
                last = last_by_window[window]
                last = last if inside is None else last[last.index.isin(inside)]
                for name, of in (("followers", "followers"), ("pace", "tweets_per_day")):
                    values = last[of].dropna()
                    at = values.index.map(side)
                    a, b = values[at == 0].to_numpy(float), values[at == 1].to_numpy(float)
                    key = (f"{name}.parts_by_{column}: {pair}", group, window)
                    ranked, placed = row("parts.mann_whitney", *key), row("parts.brunner_munzel", *key)
                    if not (compared(ranked, a, b) & compared(placed, a, b)):
                        continue
                    expected = st.mannwhitneyu(a, b, method="asymptotic")
                    close(ranked.statistic, expected.statistic, key)
                    close(ranked.p_value, expected.pvalue, key)
                    differences = np.subtract.outer(a, b)
                    close(ranked.effect + 1e6, np.median(differences) + 1e6, key)
                    expected = st.brunnermunzel(a, b)
                    close(placed.statistic, -expected.statistic, key)
                    close(placed.p_value, expected.pvalue, key, 1e-8)
                    close(placed.effect, np.mean(differences > 0) + np.mean(differences == 0) / 2, key)
                # How many came back after a suspension: of zeros and ones it is Welch's test but for who weighs how much.
                share = row("parts.share", f"returned.parts_by_{column}: {pair}", group, window)
                if window != "all":
                    assert share.reason == "measured over the whole period only"
                else:
                    gone = [a for a in suspended_in["all"] if inside is None or a in inside]
                    back = pd.Series(
                        {a: float(a in persons and persons[a][1] < later[persons[a][0]]) for a in gone}, dtype=float
                    )
                    at = back.index.map(side)
                    a, b = back[at == 0].to_numpy(), back[at == 1].to_numpy()
                    if compared(share, a, b):
                        expected = st.brunnermunzel(a, b)
                        close(share.effect + 1e3, 100 * (a.mean() - b.mean()) + 1e3, share.test)
                        close(share.statistic, -expected.statistic, share.test)
                        close(share.p_value, expected.pvalue, share.test, 1e-8)
                # Suspensions by the calendar.
                found = row("parts.log_rank", f"suspension.parts_by_{column}: {pair}", group, window)
                begin, end = WINDOWS[window]
                data = listed_checks[group].copy()
                data["one"] = data.account_id.map(side)
                data["entry"] = (data.since.clip(lower=begin) - begin) / DAY
                data["exit"] = (data.until.clip(upper=end) - begin) / DAY
                data["event"] &= data.until < end
                data = data[data.one.notna() & (data.entry < data.exit)]
                data["none"], data["one"] = 0, data.one == 0
                sizes = data.groupby("one").account_id.nunique()
                if min(sizes.get(True, 0), sizes.get(False, 0)) < FEWEST:
                    assert found.reason.startswith("fewer than 5 accounts"), found
                    continue
                if not data.event.any():
                    assert pd.isna(found.p_value) and "no events" in found.reason, found
                    continue
                chi, p = log_rank(data, "none")
                close(found.statistic, chi, found.test, 1e-8)
                close(found.p_value, p, found.test, 1e-8)
                if min(data.event[data.one].sum(), data.event[~data.one].sum()) == 0:
                    assert pd.isna(found.effect) and "no effect" in found.method, found
                elif data.event.sum() >= 10:
                    close(found.effect, hazard_ratio(data), found.test, 1e-8)

# Trends.
def days(moments):
    """Whole days since 1970."""
    day = (moments - pd.Timestamp(0, tz="UTC")) // DAY
    return day.to_numpy().astype(float) if isinstance(day, pd.Series) else float(day)


def tail_of(times, residuals, columns, weights):
    """The chance that an estimate, the weighted sum of the values, errs by more than a distance to one side: a mixture of t distributions,
    one for each memory that the errors may have, by its restricted likelihood (docs of stats::theil_sen_autocorrelated), with dense
    matrices."""
    span, n = times[-1] - times[0], len(times)
    apart, gap, df = np.abs(times[:, None] - times) / span, 1 / (n - 1), n - columns.shape[1]
    columns = columns / np.linalg.norm(columns, axis=0)
    memories = [(0.3 * gap * (2.0 / (0.3 * gap)) ** (step / 10), 0.2 / 11) for step in range(11)] + [(300.0, 0.8)]
    log_weights, errors = [], []
    for memory, prior in memories:
        for multiple, share in ((0.0, 0.6), (0.5, 0.25), (2.0, 0.15)):
            own = multiple * 2 * -np.expm1(-gap / memory)
            covariance = np.exp(-apart / memory) + own * np.eye(n)
            root = np.linalg.cholesky(covariance)
            basis, factor = np.linalg.qr(np.linalg.solve(root, columns))
            rest = np.linalg.solve(root, residuals)
            rest = rest - basis @ (basis.T @ rest)
            determinants = 2 * np.log(np.diag(root)).sum() + 2 * np.log(np.abs(np.diag(factor))).sum()
            log_weights.append(np.log(prior * share) - determinants / 2 - df / 2 * np.log(rest @ rest))
            errors.append(np.sqrt(rest @ rest / df * (weights @ covariance @ weights)))
    chances = np.exp(np.array(log_weights) - max(log_weights))
    chances, errors = chances / chances.sum(), np.array(errors)
    return lambda distance: (chances * st.t.sf(distance / errors, df)).sum()


for (family, test, group, window), found in rows.items():
    if family not in ("trend.slope", "trend.equivalence") or group == "everyone":
        continue
    begin, end = WINDOWS[window]
    of = series[(series.measure == test) & (series.group == group) & (series["at"] >= begin) & (series["at"] < end)]
    of = of[of.value.notna()].sort_values("at")
    assert found.n == len(of), (family, test, group, window)
    if pd.isna(found.p_value):
        continue
    agreed[family] += 1
    values, times = of.value.to_numpy(), days(of["at"])
    line = st.theilslopes(values, times, method="joint")
    centred = times - times.mean()
    tail = tail_of(times, values - line.slope * times, np.column_stack([np.ones(len(times)), centred]), centred / (centred @ centred))
    if family == "trend.slope":
        close(found.effect + 1e3, line.slope + 1e3, test)
        close(found.p_value, min(1.0, 2.0 * tail(abs(line.slope))), test, 1e-6)
        close(tail(found.ci_high - line.slope), 0.025, test, 1e-6)
    else:
        bound = 0.1 * abs(values.mean()) / (times[-1] - times[0])
        close(found.p_value, min(1.0, tail(bound - abs(line.slope))), test, 1e-6)
        within = found.ci_low > -10.0 and found.ci_high < 10.0
        assert (found.p_value < 0.05) == within, (test, found)

# What came after the last wave that has two samples before it and four after, those within waves left out.
waves = table(MEASURED, "waves")
seen = table(ENRICHED, "members").merge(personas[["platform", "account_id", "persona_id"]], how="left")
seen["person"] = seen.persona_id.fillna(seen.account_id)
seen["day"] = days(seen.sample_at)
for (family, test, group, window), found in rows.items():
    if family != "trend.persistence" or pd.isna(found.p_value):
        continue
    agreed[family] += 1
    of = series[(series.measure == {"persistence.size": "size", "persistence.followers": "followers.mean"}[test]) & (series.group == group)]
    of = of[of.value.notna() & (of["at"] >= BEGIN) & (of["at"] < END)].sort_values("at")
    times, values = days(of["at"]), of.value.to_numpy()
    ends = [(days(w.from_at), days(w.to_at + pd.Timedelta(milliseconds=1))) for w in waves[waves.group == group].sort_values("from_at").itertuples()]
    starts = [begin for begin, _ in ends] + [np.inf]
    kept = ~np.any([(times >= begin) & (times < end) for begin, end in ends], axis=0)
    times, values = times[kept], values[kept]
    used = [k for k in range(len(ends)) if ((times >= starts[k]) & (times < starts[k + 1])).sum() >= 4 and (times < starts[k]).sum() >= 2]
    # A line ends where the next wave begins.
    kept = (times < starts[used[0]]) | np.any([(times >= starts[k]) & (times < starts[k + 1]) for k in used], axis=0)
    times, values, used = times[kept], values[kept], [starts[k] for k in used]
    assert found.n == len(times), (test, group)
    last = times >= used[-1]
    centred = np.where(last, times - times[last].mean(), 0.0)
    weights = centred / (centred @ centred)
    close(found.effect + 1e3, weights @ values + 1e3, test)
    # Errors by person: what each adds to the slope in all.
    there = seen[(seen["set"] == group) & seen.alive & seen.day.isin(times[last])]
    if test == "persistence.followers":
        there = there[there.followers.notna()]
        of_day = there.groupby("day").followers
        parts = (there.followers - of_day.transform("mean")) / of_day.transform("count")
    else:
        parts = pd.Series(1.0, there.index)
    added = (parts * there.day.map(dict(zip(times, weights)))).groupby(there.person).sum().to_numpy()
    persons = len(added)
    error = np.sqrt(persons / (persons - 1) * (added @ added))
    close(found.statistic, found.effect / error, test)
    close(found.p_value, 2 * st.t.sf(abs(found.effect) / error, persons - 1), test)
    close(found.ci_high - found.effect, st.t.ppf(0.975, persons - 1) * error, test)

# Random networks: z and p are those of the measures.
for (family, test, group, window), found in rows.items():
    if family not in ("insularity.null", "structure.null") or pd.isna(found.p_value):
        continue
    agreed[family] += 1
    def told(name):
        return measures[(measures.measure == name) & (measures.group == group) & (measures.window == window)].value.iloc[0]
    observed = told(f"{test}.observed" if family == "insularity.null" else test)
    close(found.effect, observed - told(f"{test}.expected"), test)
    assert pd.isna(found.statistic) or found.statistic == told(f"{test}.z")
    assert np.sign(found.effect) == np.sign(found.statistic) or pd.isna(found.statistic), found

# Waves: the effect is the measure's ratio.
for (family, test, group, window), found in rows.items():
    if family == "suspension.waves" and pd.notna(found.p_value):
        agreed[family] += 1
        ratio = measures[(measures.measure == "suspension.wave_ratio") & (measures.group == group) & (measures.window == window)]
        assert found.effect == ratio.value.iloc[0] or (pd.isna(found.effect) and ratio.value.isna().all())

# Cox: z gives p.
for (family, test, group, window), found in rows.items():
    if family in ("survival.cox", "survival.proportional_hazards") and pd.notna(found.p_value):
        agreed[family] += 1
        tail = 2 * st.norm.sf(abs(found.statistic)) if family == "survival.cox" else st.chi2.sf(found.statistic, 1)
        close(found.p_value, tail, test, 1e-8)

for name in sorted(agreed):
    print(name, agreed[name])
