//! Which charts the report draws of the tables, with their captions and the numbers behind them.

pub(crate) mod beside;
mod numbers;
mod over_time;
mod sides;
mod structure;
mod survival;

use std::collections::BTreeSet;

use serde::Serialize;

use crate::catalogue;
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
#[derive(Debug, Clone, Copy)]
struct Together<'a> {
    id: &'a str,
    title: &'a str,
    /// Each with the label of its line.
    series: &'a [(&'a str, &'a str)],
    /// Series that stand in the chart's table alone.
    beside: &'a [&'a str],
    shape: Shape,
}

const TOGETHER: &[Together<'static>] = &[
    Together {
        id: "size",
        title: "Accounts alive",
        series: &[("size", "accounts")],
        beside: &[],
        shape: Shape::Line,
    },
    Together {
        id: "followers",
        title: "Followers",
        series: &[("followers.mean", "mean"), ("followers.median", "median")],
        beside: &["followers.q1", "followers.q3"],
        shape: Shape::Line,
    },
    Together {
        id: "pace-lifetime",
        title: "Tweets per day over the account's lifetime",
        series: &[
            ("tweets_per_day.lifetime.mean", "mean"),
            ("tweets_per_day.lifetime.median", "median"),
        ],
        beside: &[],
        shape: Shape::Line,
    },
    Together {
        id: "activity",
        title: "Members by lifetime tweets per day",
        series: &[
            ("tweets_per_day.lifetime.share_under_1", "below 1 a day"),
            ("tweets_per_day.lifetime.share_under_5", "below 5 a day"),
            ("tweets_per_day.lifetime.share_over_50", "above 50 a day"),
        ],
        beside: &[],
        shape: Shape::Line,
    },
    Together {
        id: "pace-recent",
        title: "Tweets per day between observations",
        series: &[("tweets_per_day.window.mean", "mean")],
        beside: &[],
        shape: Shape::Line,
    },
    // An axis of its own: of a sampled archive it is a small part of what accounts wrote.
    Together {
        id: "pace-collected",
        title: "Tweets per day collected",
        series: &[("tweets_per_day.posts.mean", "posts collected")],
        beside: &[],
        shape: Shape::Line,
    },
    Together {
        id: "suspension",
        title: "Suspension rate",
        series: &[("suspension.rate", "rate")],
        beside: &[],
        shape: Shape::Points,
    },
    Together {
        id: "posts",
        title: "Posts per week",
        series: &[("volume.posts", "posts")],
        beside: &[],
        shape: Shape::Bars(7),
    },
    Together {
        id: "posting",
        title: "Accounts that post, per week",
        series: &[("volume.accounts", "accounts")],
        beside: &[],
        shape: Shape::Bars(7),
    },
    Together {
        id: "location",
        title: "Members in the focus countries",
        series: &[("location.focus", "members")],
        beside: &[],
        shape: Shape::Line,
    },
    Together {
        id: "location-share",
        title: "Share of members in the focus countries",
        series: &[("location.focus_share", "share")],
        beside: &[],
        shape: Shape::Line,
    },
    Together {
        id: "location-none",
        title: "Share of members without a location",
        series: &[("location.none_share", "share")],
        beside: &[],
        shape: Shape::Line,
    },
    Together {
        id: "location-ambiguous",
        title: "Share of members with an ambiguous location",
        series: &[("location.ambiguous_share", "share")],
        beside: &[],
        shape: Shape::Line,
    },
    Together {
        id: "content",
        title: "Posts with hashtags and links",
        series: &[
            ("content.hashtag_share", "with a hashtag"),
            ("content.link_share", "with a link"),
        ],
        beside: &[
            "content.hashtags",
            "content.domains",
            "content.clients",
            "content.hashtag_concentration",
            "content.domain_concentration",
            "content.client_concentration",
            "content.top_client_share",
            "content.automation_share",
        ],
        shape: Shape::Line,
    },
];

/// The charts, and what could not be drawn.
#[derive(Debug, Default)]
pub(crate) struct Plots {
    pub(crate) drawn: Vec<Plot>,
    pub(crate) absent: Vec<Absent>,
}

/// Charts that would show nothing.
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
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for together in TOGETHER {
        told.extend(together.series.iter().map(|(series, _)| *series));
        told.extend(together.beside);
        over_time::over_time(measured, compared, methods, *together, &mut plots)?;
        if together.id == "suspension" {
            plots.drawn.extend(survival::survival(measured, methods)?);
            sides::insularity(measured, methods, &mut plots)?;
            sides::returns(measured, methods, &mut plots)?;
            structure::structure(measured, methods, &mut plots)?;
        }
    }
    // A series that this program does not know is drawn all the same.
    let others: BTreeSet<&str> = measured.series.iter().map(|point| point.measure.as_str()).collect();
    for (index, series) in others.difference(&told).enumerate() {
        let together = Together {
            id: &format!("series-{}", index + 1),
            title: catalogue::title(series),
            series: &[(series, series)],
            beside: &[],
            shape: Shape::Line,
        };
        over_time::over_time(measured, compared, methods, together, &mut plots)?;
    }
    Ok(plots)
}
