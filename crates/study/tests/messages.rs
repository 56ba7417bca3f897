//! What a person reads who mistyped something: every message whole, with its place and its remedy.

use study::{Error, Study, published::Figures};

/// Every message ends in a remedy on a line of its own; the expected texts leave out the word.
fn told(error: &Error) -> String {
    let text = error.to_string();
    assert_eq!(text.matches("\n  remedy: ").count(), 1, "{text}");
    text.replace("\n  remedy: ", "\n")
}

const HEAD: &str = "title = 'T'\nperiod = { from = 2015-06-01, to = 2015-06-30 }\n";

fn refused(rest: &str) -> String {
    match Study::parse(&format!("{HEAD}{rest}"), "study.toml") {
        Ok(study) => panic!("accepted: {study:?}"),
        Err(error) => told(&error),
    }
}

/// Lines are counted in the whole text: `rest` begins on line 3.
#[track_caller]
fn says(rest: &str, message: &str) {
    assert_eq!(refused(rest), message);
}

#[test]
fn an_unknown_key_and_the_one_that_was_meant() {
    says(
        "sampels = { every_days = 7 }",
        "cannot read 'study.toml': unknown key `sampels` (line 3, column 1)\n\
         Did you mean `samples`? Possible here: `title`, `synthetic`, `period`, `samples`, `windows`, `sets`, `expanded`, `followers`, \
         `survival`, `returns`, `location`, `privacy`, `bootstrap`, `compare`.",
    );
    says(
        "[samples]\nevery_day = 7",
        "cannot read 'study.toml': unknown key `every_day` (line 4, column 1)\n\
         Did you mean `every_days`? Possible here: `dates`, `every_days`, `from`, `to`, `daily`.",
    );
    says(
        "[[compare]]\nfigure = 'BP03'\nmeasure = 'size.max'\ncolour = 'red'",
        "cannot read 'study.toml': unknown key `colour` (line 6, column 1)\n\
         Possible here: `figure`, `measure`, `series`, `reduce`, `group`, `window`, `tolerance_percent`, `finding`, `note`.",
    );
}

#[test]
fn an_unknown_word_for_a_choice() {
    says(
        "[sets]\nlisted = 'rooster'",
        "cannot read 'study.toml': unknown value `rooster` (line 4, column 10)\n\
         Did you mean `roster`? Possible here: `roster`, `everyone`.",
    );
}

#[test]
fn a_missing_key() {
    let error = Study::parse("title = 'T'\n", "s.toml").unwrap_err();
    assert_eq!(
        told(&error),
        "cannot read 's.toml': missing key `period` (line 1, column 1)\n\
         Add it; datasets/README.md shows every key of study.toml."
    );
}

#[test]
fn not_toml_and_wrong_types() {
    says(
        "[samples\n",
        "cannot read 'study.toml': unclosed table, expected `]` (line 3, column 9)\n\
         See datasets/README.md for the keys of study.toml and their types.",
    );
    says(
        "[returns]\ndays_after = -3",
        "cannot read 'study.toml': invalid value: integer `-3`, expected u32 (line 4, column 14)\n\
         See datasets/README.md for the keys of study.toml and their types.",
    );
}

#[test]
fn dates() {
    says(
        "[samples]\ndates = [2015-06-01, '1 June']",
        "cannot read 'study.toml': \"1 June\" is not a date (line 4, column 22)\nWrite a day such as 2015-06-01 (UTC).",
    );
    says(
        "[samples]\ndates = [2015-06-01T12:00:00Z]",
        "cannot read 'study.toml': 2015-06-01T12:00:00Z is not a date (line 4, column 10)\n\
         Write a day such as 2015-06-01 (UTC).",
    );
    let error = Study::parse("title = 'T'\nperiod = { from = 2015-06-30, to = 2015-06-01 }", "s.toml").unwrap_err();
    assert_eq!(
        told(&error),
        "cannot read 's.toml': `to` (2015-06-01) is before `from` (2015-06-30) (line 2, column 36)\n\
         Exchange the two; both days are included."
    );
}

#[test]
fn samples() {
    says(
        "[samples]\ndates = [\n  2015-06-01,\n  2015-07-01,\n]",
        "cannot read 'study.toml': a sample lies outside the period 2015-06-01 to 2015-06-30 (2015-07-01) (line 6, column 3)\n\
         Change the day, or widen [period].",
    );
    says(
        "[samples]\ndates = [2015-06-01, 2015-06-01]",
        "cannot read 'study.toml': the sample 2015-06-01 is named twice (line 4, column 22)\nRemove one.",
    );
    says(
        "[samples]\ndates = [2015-06-01]\nevery_days = 3",
        "cannot read 'study.toml': samples have both `dates` and `every_days` (line 5, column 14)\n\
         Keep one of the two; `daily` may be added to either.",
    );
    says(
        "[samples]\nevery_days = 0",
        "cannot read 'study.toml': `every_days` is 0 (line 4, column 14)\nUse 1 or more.",
    );
    says(
        "[samples]\ndaily = ['quite']\n[[windows]]\nname = 'quiet'\nfrom = 2015-06-02\nto = 2015-06-03",
        "cannot read 'study.toml': there is no window `quite` (line 4, column 10)\n\
         Did you mean `quiet`? Windows are named under [[windows]].",
    );
    assert!(refused("[samples]").contains("there is no sample (line 3, column 1)"));
    assert!(refused("[samples]\nfrom = 2015-06-01").contains("need `every_days` (line 4, column 8)"));
}

#[test]
fn windows() {
    let window = |name: &str, to: &str| format!("[[windows]]\nname = '{name}'\nfrom = 2015-06-02\nto = {to}\n");
    says(
        &(window("quiet", "2015-06-09") + &window("quiet", "2015-06-10")),
        "cannot read 'study.toml': there are two windows `quiet` (line 8, column 8)\nGive each window its own name.",
    );
    says(
        &window("all", "2015-06-09"),
        "cannot read 'study.toml': the window name `all` is reserved (line 4, column 8)\n\
         Leave it out, or name the window otherwise: `all` is always the whole period.",
    );
    says(
        &window("quiet", "2015-07-02"),
        "cannot read 'study.toml': window `quiet` reaches outside the period 2015-06-01 to 2015-06-30 (2015-07-02) \
         (line 6, column 6)\nChange the day, or widen [period].",
    );
    assert!(refused(&window("a b", "2015-06-09")).contains("`a b` cannot name a window (line 4, column 8)"));
}

#[test]
fn comparisons() {
    let entry = |rest: &str| format!("[[compare]]\nfigure = 'BP03'\n{rest}");
    assert!(refused(&entry("")).contains("needs either `measure` or `series` (line 3, column 1)"));
    assert!(
        refused(&entry("measure = 'a'\nseries = 'b'\nreduce = 'max'")).contains("needs either `measure` or `series`")
    );
    assert!(refused(&entry("series = 'size'")).contains("needs `reduce`"));
    assert!(refused(&entry("measure = 'size.max'\nreduce = 'max'")).contains("`reduce` goes with `series`"));
    assert!(refused(&entry("measure = 'a'\nwindow = 'alll'")).contains("Did you mean `all`?"));
    assert!(
        refused(&entry("measure = 'a'\ntolerance_percent = -1"))
            .contains("`tolerance_percent` is -1 (line 6, column 21)")
    );
    assert!(refused(&entry("measure = 'a'\ntolerance_percent = nan")).contains("`tolerance_percent` is NaN"));
}

#[test]
fn numbers_and_codes() {
    assert!(refused("[bootstrap]\nresamples = 10").contains("`resamples` is 10 (line 4, column 13)\nUse 100 or more."));
    assert!(refused("[privacy]\nmin_group_size = 0").contains("`min_group_size` is 0"));
    assert!(refused("[followers]\nflat_margin_percent = 250").contains("Use a percentage from 0 to 100."));
    assert!(
        refused("[location]\nfocus_countries = ['IQ', 'Syria']")
            .contains("`Syria` is not a country code (line 4, column 26)")
    );
}

#[test]
fn an_unknown_figure_is_told_with_its_place_in_the_study() {
    let figures = Figures::parse(
        "id,study,measure,definition,period,value,unit,source,note\nBP03,s,m,d,p,300-400,followers,x,\n",
        "figures.csv",
    )
    .unwrap();
    let of = |id: &str| {
        let study = Study::parse(
            &format!("{HEAD}[[compare]]\nfigure = '{id}'\nmeasure = 'a'"),
            "study.toml",
        )
        .unwrap();
        study.check_figures(&figures).map_err(|error| told(&error))
    };
    assert_eq!(of("BP03"), Ok(()));
    assert_eq!(
        of("BP3").unwrap_err(),
        "cannot read 'study.toml': there is no published figure `BP3` (line 4, column 10)\n\
         Did you mean `BP03`? Figures are named by the `id` column of figures.csv."
    );
    assert_eq!(
        of("BP03'\nfinding = 'down").unwrap_err(),
        "cannot read 'study.toml': `BP03` is published as a number, so no finding means it (line 5, column 11)\n\
         Remove `finding`."
    );
}

#[test]
fn a_series_has_no_finding() {
    says(
        "[[compare]]\nfigure = 'BP15'\nseries = 'size'\nreduce = 'last'\nfinding = 'down'",
        "cannot read 'study.toml': `finding` goes with `measure`, not with `series` (line 7, column 11)\n\
         Name a row of measures as `measure`; a series has no finding.",
    );
}

#[test]
fn a_figures_file_is_refused_with_line_and_column() {
    let head = "id,study,measure,definition,period,value,unit,source,note\n";
    let of = |rows: &str| {
        Figures::parse(&format!("{head}{rows}"), "f.csv")
            .map_err(|error| told(&error))
            .unwrap_err()
    };
    assert_eq!(
        of("A,s,m,d,p,3,u,x,\nB,s,\"m, \"\"n\"\"\nmore\",d,p,\"1,000\",u,x,\n"),
        "cannot read 'f.csv': figure `B`: `1,000` is not a value (line 4, column 11)\n\
         Write numbers without separators and with a decimal point: 1000, 14.5."
    );
    assert_eq!(
        of("A,s,m,d,p,3,u,x,\r\nA,s,m,d,p,4,u,x,\r\n"),
        "cannot read 'f.csv': the id `A` is there twice (line 3, column 1)\nGive each figure an id of its own."
    );
    assert_eq!(
        of("A,s,m,d,p,3,u,x,\nB,s,m\n"),
        "cannot read 'f.csv': this row has 3 fields, the first line has 9 (line 3, column 1)\n\
         Put a field that holds a comma, a quote or a line end into double quotes."
    );
    assert_eq!(
        Figures::parse("id,value\n", "f.csv")
            .map_err(|error| told(&error))
            .unwrap_err(),
        "cannot read 'f.csv': there is no column `study` (line 1, column 1)\n\
         The first line must name the columns id,study,measure,definition,period,value,unit,source,note."
    );
}

#[test]
fn a_file_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.toml");
    let Err(error @ Error::Io { .. }) = Study::read(&path) else {
        panic!("a missing file was read")
    };
    assert!(
        error
            .to_string()
            .ends_with("Check the path; a relative one starts at the current folder."),
        "{error}"
    );
    std::fs::write(&path, b"title = '\xff'").unwrap();
    let error = Study::read(&path).unwrap_err().to_string();
    assert!(error.ends_with("Save the file as UTF-8 text."), "{error}");
}
