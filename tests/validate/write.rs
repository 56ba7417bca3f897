//! How answers look: a CSV for machines and a Markdown table for people, of the same rows.

use std::path::Path;

use anyhow::Context;

/// A table of texts.
#[derive(Debug, Default)]
pub struct Sheet {
    /// Names of the columns.
    pub header: Vec<&'static str>,
    /// Rows of as many cells.
    pub rows: Vec<Vec<String>>,
}

impl Sheet {
    /// Writes it as CSV.
    pub fn csv(&self, path: &Path) -> anyhow::Result<()> {
        let mut writer = csv::Writer::from_path(path).with_context(|| format!("cannot write '{}'", path.display()))?;
        writer.write_record(&self.header)?;
        for row in &self.rows {
            writer.write_record(row)?;
        }
        writer
            .flush()
            .with_context(|| format!("cannot write '{}'", path.display()))
    }

    /// As a Markdown table of some of the columns, with columns of one width.
    pub fn markdown(&self, columns: &[&str]) -> String {
        let chosen: Vec<usize> = columns
            .iter()
            .filter_map(|name| self.header.iter().position(|known| known == name))
            .collect();
        let cell = |row: &[String], at: usize| row.get(at).map_or_else(String::new, |text| text.replace('|', "/"));
        let widths: Vec<usize> = chosen
            .iter()
            .map(|at| {
                let longest = self.rows.iter().map(|row| cell(row, *at).chars().count()).max();
                longest.unwrap_or(0).max(self.header[*at].chars().count()).max(3)
            })
            .collect();
        let line = |cells: Vec<String>| {
            let padded: Vec<String> = cells
                .iter()
                .zip(&widths)
                .map(|(text, width)| format!("{text:<width$}"))
                .collect();
            format!("| {} |\n", padded.join(" | "))
        };
        let mut text = line(chosen.iter().map(|at| self.header[*at].replace('_', " ")).collect());
        text.push_str(&line(widths.iter().map(|width| "-".repeat(*width)).collect()));
        for row in &self.rows {
            text.push_str(&line(chosen.iter().map(|at| cell(row, *at)).collect()));
        }
        text
    }
}

/// A number with four significant digits, never in scientific notation.
pub fn number(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let digits = (3 - value.abs().log10().floor() as i32).clamp(0, 8);
    let text = format!("{value:.*}", digits as usize);
    // Rounded to nothing is nothing, without a sign.
    if text.trim_start_matches('-').chars().all(|c| c == '0' || c == '.') {
        "0".to_owned()
    } else {
        text
    }
}

/// A share in percent.
pub fn percent(share: f64) -> String {
    format!("{:.1}", 100.0 * share)
}

/// Writes a text.
pub fn text(path: &Path, content: &str) -> anyhow::Result<()> {
    std::fs::write(path, content).with_context(|| format!("cannot write '{}'", path.display()))
}

/// Prints a text; a reader that has gone is fine.
pub fn print(content: &str) {
    use std::io::Write;
    let _ = std::io::stdout().write_all(content.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_four_digits() {
        for (value, shown) in [
            (1234.56, "1235"),
            (0.012_346, "0.01235"),
            (-3.2, "-3.200"),
            (0.0, "0"),
            (-1e-12, "0"),
        ] {
            assert_eq!(number(value), shown);
        }
    }
}
