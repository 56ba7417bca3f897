//! The page written out by the two templates. All text is escaped for the place it goes to, unless the template says that it
//! is markup of ours.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, Output, State, UndefinedBehavior};

use crate::page::Page;
use crate::text;

const HTML: &str = "report.html";
const MARKDOWN: &str = "report.md";
const STYLE: &str = "style.css";

/// The page as one HTML file that needs nothing else.
pub(crate) fn html(page: &Page) -> Result<String, Error> {
    render(HTML, page)
}

/// The same page as Markdown, with tables for charts.
pub(crate) fn markdown(page: &Page) -> Result<String, Error> {
    render(MARKDOWN, page)
}

fn render(name: &str, page: &Page) -> Result<String, Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true);
    environment.set_syntax(syntax.build()?);
    environment.set_auto_escape_callback(|name| match name {
        MARKDOWN => AutoEscape::Custom("markdown".into()),
        STYLE => AutoEscape::None,
        _ => AutoEscape::Html,
    });
    environment.set_formatter(write_escaped);
    environment.add_template(HTML, include_str!("templates/report.html"))?;
    environment.add_template(MARKDOWN, include_str!("templates/report.md"))?;
    environment.add_template(STYLE, include_str!("templates/style.css"))?;
    let mut text = environment.get_template(name)?.render(Serde(page))?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

fn write_escaped(output: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    match state.auto_escape() {
        AutoEscape::Custom(_) if value.is_safe() => Ok(output.write_str(&value.to_string())?),
        AutoEscape::Custom(_) if value.is_none() => Ok(()),
        AutoEscape::Custom(_) => Ok(output.write_str(&text::markdown(&value.to_string()))?),
        _ => minijinja::escape_formatter(output, state, value),
    }
}
