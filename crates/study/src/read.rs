//! From the typed file to the checked study: the border at which a study file is right or refused.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

use chrono::NaiveDate;
use toml::{Spanned, Value};

use crate::dates::{Sample, Window};
use crate::derived::usual_samples;
use crate::design::{Admission, Comparison, Reading, Study};
use crate::error::{Error, Place, did_you_mean};
use crate::file::{CompareFile, ExpandedFile, LocationFile, SamplesFile, SetsFile, StudyFile, WindowFile};

/// Fewer resamples than this cannot carry a 95 % percentile interval.
const LEAST_RESAMPLES: u32 = 100;

impl Study {
    /// Reads and checks a study file.
    ///
    /// # Errors
    /// The file cannot be read, is not TOML, holds an unknown key, or contradicts itself.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|cause| Error::Io {
            path: path.to_path_buf(),
            cause,
        })?;
        Self::parse(&text, &path.display().to_string())
    }

    /// Checks the text of a study file; `name` is what errors call it.
    ///
    /// # Errors
    /// The text is not TOML, holds an unknown key, or contradicts itself.
    pub fn parse(text: &str, name: &str) -> Result<Self, Error> {
        let border = Border { text, name };
        let file: StudyFile = toml::from_str(text).map_err(|error| border.syntax(&error))?;
        border.check(file)
    }
}

/// The text being read, for places in errors.
struct Border<'a> {
    text: &'a str,
    name: &'a str,
}

impl Border<'_> {
    fn place(&self, span: &Range<usize>) -> Place {
        Place::of_offset(self.text, span.start)
    }

    fn refuse(&self, span: &Range<usize>, problem: impl Into<String>, remedy: impl Into<String>) -> Error {
        Error::text(self.name, self.place(span), problem, remedy)
    }

    /// What the TOML reader found: bad syntax, an unknown or missing key, a value of the wrong type.
    fn syntax(&self, error: &toml::de::Error) -> Error {
        // The reader's text may go on with a line of its own advice; the place is ours to tell.
        let problem = error.message().lines().collect::<Vec<_>>().join("; ");
        let span = error.span().unwrap_or(0..0);
        // serde's wording: unknown field `x`, expected one of `a`, `b` (or: expected `a` or `b`; likewise "variant").
        let mut quoted = problem.split('`').skip(1).step_by(2);
        let unknown = problem
            .strip_prefix("unknown field")
            .map(|_| "key")
            .or_else(|| problem.strip_prefix("unknown variant").map(|_| "value"));
        match (unknown, quoted.next()) {
            (Some(what), Some(typed)) => {
                let known: Vec<&str> = quoted.collect();
                let list = known
                    .iter()
                    .map(|word| format!("`{word}`"))
                    .collect::<Vec<_>>()
                    .join(", ");
                let remedy = match did_you_mean(typed, known.iter().copied()) {
                    Some(word) => format!("Did you mean `{word}`? Possible here: {list}."),
                    None => format!("Possible here: {list}."),
                };
                self.refuse(&span, format!("unknown {what} `{typed}`"), remedy)
            }
            _ if problem.starts_with("missing field") => self.refuse(
                &span,
                problem.replacen("missing field", "missing key", 1),
                "Add it; datasets/README.md shows every key of study.toml.",
            ),
            _ => self.refuse(
                &span,
                problem,
                "See datasets/README.md for the keys of study.toml and their types.",
            ),
        }
    }

    fn check(&self, file: StudyFile) -> Result<Study, Error> {
        let (from, to) = self.span(&file.period.from, &file.period.to)?;
        let windows = self.windows(from, to, file.windows)?;
        let samples = match file.samples {
            Some(samples) => self.samples(samples, &windows)?,
            None => usual_samples(from, to),
        };
        let SetsFile { listed, roster } = file.sets;
        if let Some(roster) = &roster
            && roster.as_ref().trim().is_empty()
        {
            return Err(self.refuse(
                &roster.span(),
                "the roster has an empty name",
                "Leave `roster` out to use all rosters.",
            ));
        }
        Ok(Study {
            name: self.name.to_owned(),
            title: file.title,
            samples,
            listed,
            roster: roster.map(Spanned::into_inner),
            admission: self.admission(file.expanded)?,
            flat_margin_percent: self.percent("flat_margin_percent", file.followers.flat_margin_percent)?,
            interval_transform: file.survival.interval,
            return_days_after: file.returns.days_after,
            focus_countries: self.countries(file.location)?,
            min_group_size: self.at_least(1, "min_group_size", file.privacy.min_group_size)?,
            resamples: self.at_least(LEAST_RESAMPLES, "resamples", file.bootstrap.resamples)?,
            seed: file.bootstrap.seed,
            synthetic: file.synthetic,
            comparisons: file
                .compare
                .into_iter()
                .map(|entry| self.comparison(entry, &windows))
                .collect::<Result<_, _>>()?,
            windows,
        })
    }

    /// A TOML date, or text that holds one.
    fn date(&self, value: &Spanned<Value>) -> Result<NaiveDate, Error> {
        let date = match value.as_ref() {
            Value::Datetime(moment) if moment.time.is_none() => moment.date.and_then(|date| {
                NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))
            }),
            Value::String(text) => NaiveDate::parse_from_str(text, "%Y-%m-%d").ok(),
            _ => None,
        };
        date.ok_or_else(|| {
            self.refuse(
                &value.span(),
                format!("{} is not a date", value.as_ref()),
                "Write a day such as 2015-06-01 (UTC).",
            )
        })
    }

    /// Two dates in order, both included.
    fn span(&self, from: &Spanned<Value>, to: &Spanned<Value>) -> Result<(NaiveDate, NaiveDate), Error> {
        let (first, last) = (self.date(from)?, self.date(to)?);
        if last < first {
            return Err(self.refuse(
                &to.span(),
                format!("`to` ({last}) is before `from` ({first})"),
                "Exchange the two; both days are included.",
            ));
        }
        Ok((first, last))
    }

    fn windows(&self, from: NaiveDate, to: NaiveDate, named: Vec<WindowFile>) -> Result<Vec<Window>, Error> {
        let period = Study::all(from, to);
        let mut windows = vec![period.clone()];
        for WindowFile { name: at, from, to } in named {
            let name = at.as_ref();
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
            if name.is_empty() || !name.chars().all(plain) {
                let remedy = "Use lower-case letters, digits, `-` and `_`; the name stands in tables.";
                return Err(self.refuse(&at.span(), format!("`{name}` cannot name a window"), remedy));
            }
            if name == Window::ALL {
                let remedy = "Leave it out, or name the window otherwise: `all` is always the whole period.";
                return Err(self.refuse(&at.span(), "the window name `all` is reserved", remedy));
            }
            if windows.iter().any(|window| window.name == *name) {
                return Err(self.refuse(
                    &at.span(),
                    format!("there are two windows `{name}`"),
                    "Give each window its own name.",
                ));
            }
            let (first, last) = self.span(&from, &to)?;
            for (day, at) in [(first, &from), (last, &to)] {
                self.within(day, at.span(), &period, &format!("window `{name}` reaches outside"))?;
            }
            windows.push(Window {
                name: name.to_owned(),
                from: first,
                to: last,
            });
        }
        Ok(windows)
    }

    fn within(&self, day: NaiveDate, at: Range<usize>, period: &Window, what: &str) -> Result<(), Error> {
        if day < period.from || day > period.to {
            let problem = format!("{what} the period {} to {} ({day})", period.from, period.to);
            return Err(self.refuse(&at, problem, "Change the day, or widen [period]."));
        }
        Ok(())
    }

    fn samples(&self, table: Spanned<SamplesFile>, windows: &[Window]) -> Result<Vec<Sample>, Error> {
        let at = table.span();
        let SamplesFile {
            dates,
            every_days,
            from,
            to,
            daily,
        } = table.into_inner();
        let period = &windows[0];
        let mut days = BTreeSet::new();
        match (&dates, &every_days) {
            (Some(_), Some(every)) => {
                return Err(self.refuse(
                    &every.span(),
                    "samples have both `dates` and `every_days`",
                    "Keep one of the two; `daily` may be added to either.",
                ));
            }
            (_, None) => {
                if let Some(stray) = from.as_ref().or(to.as_ref()) {
                    let remedy = "Add `every_days`, or leave out `from` and `to`.";
                    return Err(self.refuse(&stray.span(), "`from` and `to` of samples need `every_days`", remedy));
                }
            }
            (None, Some(_)) => {}
        }
        for value in dates.iter().flatten() {
            let day = self.date(value)?;
            self.within(day, value.span(), period, "a sample lies outside")?;
            if !days.insert(Sample::on(day)) {
                return Err(self.refuse(&value.span(), format!("the sample {day} is named twice"), "Remove one."));
            }
        }
        if let Some(every) = every_days {
            let step = self.at_least(1, "every_days", every)?;
            let bound = |value: Option<Spanned<Value>>, otherwise: NaiveDate| {
                let value = value.unwrap_or_else(|| {
                    Spanned::new(at.clone(), Value::String(otherwise.format("%Y-%m-%d").to_string()))
                });
                self.date(&value).map(|day| (day, value))
            };
            let ((first, first_at), (last, last_at)) = (bound(from, period.from)?, bound(to, period.to)?);
            self.span(&first_at, &last_at)?;
            self.within(first, first_at.span(), period, "samples start outside")?;
            self.within(last, last_at.span(), period, "samples end outside")?;
            days.extend(
                first
                    .iter_days()
                    .step_by(step as usize)
                    .take_while(|day| *day <= last)
                    .map(Sample::on),
            );
        }
        for name in &daily {
            days.extend(self.window(name, windows)?.daily());
        }
        if days.is_empty() {
            let remedy = "Name `dates`, or `every_days`, or a window under `daily`; without [samples] they are weekly or monthly.";
            return Err(self.refuse(&at, "there is no sample", remedy));
        }
        Ok(days.into_iter().collect())
    }

    fn window<'w>(&self, name: &Spanned<String>, windows: &'w [Window]) -> Result<&'w Window, Error> {
        let found = windows.iter().find(|window| window.name == *name.as_ref());
        found.ok_or_else(|| {
            let known = windows.iter().map(|window| window.name.as_str());
            let remedy = match did_you_mean(name.as_ref(), known) {
                Some(word) => format!("Did you mean `{word}`? Windows are named under [[windows]]."),
                None => "Name it under [[windows]], or use `all`.".to_owned(),
            };
            self.refuse(&name.span(), format!("there is no window `{}`", name.as_ref()), remedy)
        })
    }

    fn countries(&self, file: LocationFile) -> Result<Vec<String>, Error> {
        let mut codes = BTreeSet::new();
        for code in file.focus_countries {
            if code.as_ref().len() != 2 || !code.as_ref().bytes().all(|byte| byte.is_ascii_uppercase()) {
                let problem = format!("`{}` is not a country code", code.as_ref());
                return Err(self.refuse(&code.span(), problem, "Write ISO 3166-1 alpha-2 codes such as \"IQ\"."));
            }
            codes.insert(code.into_inner());
        }
        Ok(codes.into_iter().collect())
    }

    fn at_least(&self, least: u32, key: &str, value: Spanned<u32>) -> Result<u32, Error> {
        if *value.as_ref() < least {
            let problem = format!("`{key}` is {}", value.as_ref());
            return Err(self.refuse(&value.span(), problem, format!("Use {least} or more.")));
        }
        Ok(value.into_inner())
    }

    fn percent(&self, key: &str, value: Spanned<f64>) -> Result<f64, Error> {
        if !(0.0..=100.0).contains(value.as_ref()) {
            let problem = format!("`{key}` is {}", value.as_ref());
            return Err(self.refuse(&value.span(), problem, "Use a percentage from 0 to 100."));
        }
        Ok(value.into_inner())
    }

    fn admission(&self, file: ExpandedFile) -> Result<Admission, Error> {
        let within = |key: &str, value: &Spanned<f64>, fits: bool, remedy: &str| {
            if fits {
                Ok(*value.as_ref())
            } else {
                Err(self.refuse(&value.span(), format!("`{key}` is {}", value.as_ref()), remedy))
            }
        };
        let (threshold, half_at, weight) = (&file.threshold, &file.half_at, &file.attention_weight);
        Ok(Admission {
            threshold: within(
                "threshold",
                threshold,
                *threshold.as_ref() > 0.0 && *threshold.as_ref() <= 1.0,
                "Use a score above 0 and up to 1; 0 would admit whoever has any tie.",
            )?,
            half_at: within(
                "half_at",
                half_at,
                *half_at.as_ref() > 0.0 && half_at.as_ref().is_finite(),
                "Use a number of members above 0.",
            )?,
            attention_weight: within(
                "attention_weight",
                weight,
                (0.0..=1.0).contains(weight.as_ref()),
                "Use a weight from 0 to 1.",
            )?,
            most_rounds: self.at_least(1, "most_rounds", file.most_rounds)?,
        })
    }

    fn comparison(&self, entry: Spanned<CompareFile>, windows: &[Window]) -> Result<Comparison, Error> {
        let at = entry.span();
        let entry = entry.into_inner();
        let reading = match (entry.measure, entry.series, entry.reduce) {
            (Some(measure), None, None) => Reading::Measure(measure),
            (None, Some(series), Some(reduce)) => Reading::Series(series, reduce),
            (None, Some(_), None) => {
                let remedy = "Add reduce = \"max\", \"median\", \"first\", \"last\" or \"share_within\".";
                return Err(self.refuse(&at, "a compared series needs `reduce`", remedy));
            }
            (Some(_), None, Some(_)) => {
                return Err(self.refuse(
                    &at,
                    "`reduce` goes with `series`, not with `measure`",
                    "Remove `reduce`.",
                ));
            }
            (_, _, _) => {
                let remedy = "Name the row of measures as `measure`, or `series` with `reduce`.";
                return Err(self.refuse(
                    &at,
                    "an entry of [[compare]] needs either `measure` or `series`",
                    remedy,
                ));
            }
        };
        if let (Reading::Series(..), Some(finding)) = (&reading, &entry.finding) {
            let remedy = "Name a row of measures as `measure`; a series has no finding.";
            return Err(self.refuse(
                &finding.span(),
                "`finding` goes with `measure`, not with `series`",
                remedy,
            ));
        }
        self.window(&entry.window, windows)?;
        Ok(Comparison {
            figure_place: self.place(&entry.figure.span()),
            figure: entry.figure.into_inner(),
            reading,
            group: entry.group,
            window: entry.window.into_inner(),
            tolerance_percent: entry
                .tolerance_percent
                .map(|value| self.percent("tolerance_percent", value))
                .transpose()?,
            finding: entry.finding.map(|finding| {
                let place = self.place(&finding.span());
                (finding.into_inner(), place)
            }),
            note: entry.note,
        })
    }
}
