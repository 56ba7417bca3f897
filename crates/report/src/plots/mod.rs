//! Which charts the report draws of the tables, with their captions and the numbers behind them.

mod over_time;
mod sides;
mod survival;

use std::collections::BTreeSet;

use serde::Serialize;

use crate::chart::Shape;
use crate::compare::Compared;
use crate::input::Measured;
use crate::methods::Methods;
use crate::table::PageTable;
use crate::text::clean;

/// A chart of the page with what belongs to it.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Plot {
    pub(crate) id: String,
    pub(crate) title: String,
    /// The SVG element; it is markup of ours, in which all outside text is escaped.
    pub(crate) svg: Option<String>,
    pub(crate) caption: Vec<String>,
    /// Labels of methods used, with links to them.
    pub(crate) methods: Vec<String>,
    pub(crate) table: Option<PageTable>,
}

/// Series drawn together.
struct Together {
    id: &'static str,
    title: &'static str,
    series: &'static [(&'static str, &'static str)],
    shape: Shape,
}

const TOGETHER: &[Together] = &[
    Together {
        id: "size",
        title: "Accounts alive",
        series: &[("size", "accounts")],
        shape: Shape::Line,
    },
    Together {
        id: "followers",
        title: "Followers",
        series: &[("followers.mean", "mean"), ("followers.median", "median")],
        shape: Shape::Line,
    },
    Together {
        id: "pace-lifetime",
        title: "Tweets per day over the account's lifetime",
        series: &[
            ("tweets_per_day.lifetime.mean", "mean"),
            ("tweets_per_day.lifetime.median", "median"),
        ],
        shape: Shape::Line,
    },
    Together {
        id: "pace-recent",
        title: "Recent tweets per day",
        series: &[
            ("tweets_per_day.window.mean", "between observations"),
            ("tweets_per_day.posts.mean", "posts in the archive"),
        ],
        shape: Shape::Line,
    },
    Together {
        id: "suspension",
        title: "Suspension rate",
        series: &[("suspension.rate", "rate")],
        shape: Shape::Points,
    },
    Together {
        id: "posts",
        title: "Posts per week",
        series: &[("volume.posts", "posts")],
        shape: Shape::Bars(7),
    },
    Together {
        id: "posting",
        title: "Accounts that post, per week",
        series: &[("volume.accounts", "accounts")],
        shape: Shape::Bars(7),
    },
    Together {
        id: "location",
        title: "Members in the focus countries",
        series: &[("location.focus", "members")],
        shape: Shape::Line,
    },
    Together {
        id: "location-share",
        title: "Share of members in the focus countries",
        series: &[("location.focus_share", "share")],
        shape: Shape::Line,
    },
    Together {
        id: "location-none",
        title: "Share of members without a location",
        series: &[("location.none_share", "share")],
        shape: Shape::Line,
    },
];

/// Series that stand in a chart's table but not in the chart.
const IN_NO_CHART: [&str; 2] = ["followers.q1", "followers.q3"];

/// The charts, and what could not be drawn.
#[derive(Debug, Default)]
pub(crate) struct Plots {
    pub(crate) drawn: Vec<Plot>,
    pub(crate) absent: Vec<Absent>,
}

/// Charts for which there is no number.
#[derive(Debug, Serialize)]
pub(crate) struct Absent {
    pub(crate) titles: Vec<String>,
    pub(crate) reason: String,
}

impl Plots {
    fn miss(&mut self, title: String, reason: &str) {
        let reason = clean(reason);
        match self.absent.iter_mut().find(|absent| absent.reason == reason) {
            Some(absent) => absent.titles.push(title),
            None => self.absent.push(Absent {
                titles: vec![title],
                reason,
            }),
        }
    }
}

/// Every chart.
pub(crate) fn plots(measured: &Measured, compared: &[Compared<'_>], methods: &Methods) -> anyhow::Result<Plots> {
    let mut plots = Plots::default();
    let mut told: BTreeSet<&str> = IN_NO_CHART.into();
    for together in TOGETHER {
        told.extend(together.series.iter().map(|(series, _)| *series));
        over_time::over_time(
            measured,
            compared,
            methods,
            together.id,
            together.title,
            together.series,
            together.shape,
            &mut plots,
        )?;
        if together.id == "suspension" {
            plots.drawn.extend(survival::survival(measured, methods)?);
            sides::insularity(measured, methods, &mut plots)?;
            sides::returns(measured, methods, &mut plots)?;
        }
    }
    // A series that this program does not know is drawn all the same.
    let others: BTreeSet<&str> = measured.series.iter().map(|point| point.measure.as_str()).collect();
    for (index, series) in others.difference(&told).enumerate() {
        let id = format!("series-{}", index + 1);
        over_time::over_time(
            measured,
            compared,
            methods,
            &id,
            series,
            &[(series, "value")],
            Shape::Line,
            &mut plots,
        )?;
    }
    Ok(plots)
}
