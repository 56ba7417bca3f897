//! Results to tables, in the order of the tables' keys.

use stage::Run;
use tables::{
    AtRisk, AtRiskRow, Content, ContentTerm, Influence, InfluenceRow, Measure, Measures, Network, NetworkRow, Return,
    Returns, Series, SeriesPoint, Survival, SurvivalRow, TestRow, Tests, Timestamp, Wave, Waves,
};

use crate::hypotheses;
use crate::results::Results;

/// Writes the ten tables of this stage.
///
/// # Errors
/// When one cannot be written.
pub fn write(results: &Results, run: &mut Run) -> anyhow::Result<()> {
    run.write::<Measures>(
        results
            .measures
            .iter()
            .map(|((measure, group, window), figure)| Measure {
                measure,
                group,
                window,
                value: figure.value,
                ci_low: figure.ci_low,
                ci_high: figure.ci_high,
                n: whole(figure.n),
                unit: figure.unit,
                method: &figure.method,
                finding: figure.finding,
                reason: figure.reason.as_deref(),
            }),
    )?;
    run.write::<Series>(results.series.iter().map(|((measure, group, at), figure)| SeriesPoint {
        measure,
        group,
        at: Timestamp(*at),
        value: figure.value,
        ci_low: figure.ci_low,
        ci_high: figure.ci_high,
        n: whole(figure.n),
        unit: figure.unit,
        method: &figure.method,
        reason: figure.reason.as_deref(),
    }))?;
    run.write::<Survival>(results.survival.iter().map(|row| SurvivalRow {
        group: &row.group,
        time_days: Some(row.step.time),
        at_risk: whole(row.step.at_risk),
        events: whole(row.step.events),
        censored: whole(row.step.censored),
        survival: Some(row.step.survival),
        ci_low: row.step.ci_low,
        ci_high: row.step.ci_high,
        cumulative_hazard: row.cumulative_hazard,
    }))?;
    run.write::<Returns>(results.returns.iter().map(|row| Return {
        person_id: &row.person_id,
        return_number: row.return_number,
        account_id: &row.account_id,
        created_at: row.created_at.map(Timestamp),
        gone_at: row.gone_at.map(Timestamp),
        gap_days: row.gap_days,
        followers_peak: row.followers_peak,
        followers_last: row.followers_last,
        followers_after: row.followers_after,
        tweets_per_day: row.tweets_per_day,
        followers_ratio: row.followers_ratio,
        pace_ratio: row.pace_ratio,
    }))?;
    run.write::<Network>(
        results
            .network
            .iter()
            .map(|((group, window, relation), totals)| NetworkRow {
                group,
                window,
                relation,
                accounts: totals.accounts,
                inside: totals.inside,
                outside: totals.outside,
                reciprocated: totals.reciprocated,
                policy: totals.policy,
            }),
    )?;
    run.write::<Waves>(results.waves.iter().flat_map(|(group, rows)| {
        rows.iter().map(move |row| Wave {
            group,
            from_at: Timestamp(row.from_at),
            to_at: Timestamp(row.to_at),
            suspensions: whole(row.suspensions),
            account_days: Some(row.account_days),
            excess: Some(row.excess),
            base_percent_per_day: Some(row.base_percent_per_day),
            ratio: row.ratio,
            ci_low: row.ratio_interval.map(|(low, _)| low),
            ci_high: row.ratio_interval.map(|(_, high)| high),
            open: row.open,
        })
    }))?;
    run.write::<Influence>(results.influence.iter().flat_map(|((group, window), rows)| {
        rows.iter().zip(1..).map(move |(row, rank)| InfluenceRow {
            group,
            window,
            rank,
            platform: &row.platform,
            account_id: &row.account_id,
            influence: whole(row.drawn),
            exposure: whole(row.given),
            interactivity: whole(row.drawn.saturating_add(row.given)),
        })
    }))?;
    run.write::<AtRisk>(results.at_risk.iter().map(|((group, window, days), found)| {
        let counts = found.as_ref().ok();
        AtRiskRow {
            group,
            window,
            time_days: Some(f64::from(*days)),
            at_risk: counts.map(|row| whole(row.at_risk)),
            events: counts.map(|row| whole(row.events)),
            censored: counts.map(|row| whole(row.censored)),
            reason: found.as_ref().err().map(String::as_str),
        }
    }))?;
    let adjusted = hypotheses::adjusted(&results.tests);
    run.write::<Tests>(results.tests.iter().zip(adjusted).map(
        |(((family, test, group, window), outcome), (p_holm, family_size))| TestRow {
            family,
            test,
            group,
            window,
            statistic: outcome.statistic,
            p_value: outcome.p_value,
            p_holm,
            family_size: whole(family_size),
            effect: outcome.effect,
            ci_low: outcome.ci_low,
            ci_high: outcome.ci_high,
            unit: outcome.unit,
            n: whole(outcome.n),
            n_other: outcome.n_other.map(whole),
            method: &outcome.method,
            reason: outcome.reason.as_deref(),
        },
    ))?;
    run.write::<Content>(results.content.iter().flat_map(|((group, window), rows)| {
        rows.iter().map(move |row| ContentTerm {
            group,
            window,
            kind: row.kind,
            rank: row.rank,
            platform: &row.term.platform,
            term: &row.term.term,
            mark: row.term.mark.as_deref(),
            posts: whole(row.term.posts),
            reposts: whole(row.term.reposts),
            accounts: whole(row.term.accounts),
            posts_of_group: whole(row.posts_of_group),
            accounts_of_group: whole(row.accounts_of_group),
            share_of_posts: match row.posts_of_group {
                0 => None,
                posts => Some(row.term.posts as f64 / posts as f64),
            },
            share_of_accounts: row.share_of_accounts.map(|(share, ..)| share),
            ci_low: row.share_of_accounts.and_then(|(_, low, _)| low),
            ci_high: row.share_of_accounts.and_then(|(.., high)| high),
        })
    }))
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
