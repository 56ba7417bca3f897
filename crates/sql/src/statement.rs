//! The text of a statement, held to the rules that can be seen in it.

use crate::error::Error;

/// Functions whose result depends on the order of the rows, on chance, or on the clock.
const FORBIDDEN: [&str; 19] = [
    "avg",
    "corr",
    "covar_pop",
    "covar_samp",
    "current_date",
    "current_timestamp",
    "mean",
    "now",
    "product",
    "rand",
    "random",
    "stddev",
    "stddev_pop",
    "stddev_samp",
    "today",
    "uuid",
    "var_pop",
    "var_samp",
    "variance",
];

/// Holds a statement to the rules that concern all of it.
pub(crate) fn check(query: &str, text: &str) -> Result<(), Error> {
    checked(query, text).map(drop)
}

/// Names that the statement gives to its common table expressions, in lower case.
pub(crate) fn named_within(text: &str) -> Vec<String> {
    let tokens = tokens(text).unwrap_or_default();
    let named = tokens.windows(4).filter(|four| {
        let [before, name, word, opens] = four else {
            return false;
        };
        let begins = before.text == "with" || before.text == "," || before.text == "recursive";
        begins && is_name(name.text.trim_matches('"')) && word.text == "as" && opens.text == "("
    });
    named.map(|four| four[1].text.trim_matches('"').to_owned()).collect()
}

/// The statement's tokens, of one that keeps those rules.
fn checked(query: &str, text: &str) -> Result<Vec<Token>, Error> {
    let broken = |rule: &str| Error::Rule {
        query: query.to_owned(),
        rule: rule.to_owned(),
    };
    let mut tokens = tokens(text).ok_or_else(|| broken("a quote or comment is not closed"))?;
    while tokens.last().is_some_and(|token| token.text == ";") {
        tokens.pop();
    }
    if tokens.is_empty() {
        return Err(broken("there is no statement"));
    }
    if tokens.iter().any(|token| token.text == ";") {
        return Err(broken("there is more than one statement"));
    }
    let texts = |three: &[Token]| three.iter().map(|token| token.text.as_str()).eq(["in", "(", "select"]);
    if tokens.windows(3).any(texts) {
        return Err(broken(
            "`IN (SELECT ...)` hands every row all that was selected; join with the subquery, grouped by what is asked for",
        ));
    }
    for token in &tokens {
        if FORBIDDEN.contains(&token.text.as_str()) || token.text.starts_with("regr_") {
            return Err(broken(&format!(
                "`{}` does not give the same result whatever the threads and the day; reduce to counts, integer sums, least and \
                 greatest values",
                token.text
            )));
        }
    }
    Ok(tokens)
}

/// The columns that order the result, of a statement that keeps the rules.
pub(crate) fn order_key(query: &str, text: &str) -> Result<Vec<String>, Error> {
    let broken = |rule: &str| Error::Rule {
        query: query.to_owned(),
        rule: rule.to_owned(),
    };
    let tokens = checked(query, text)?;
    const NO_ORDER: &str = "the statement does not end in ORDER BY";
    let start = tokens
        .windows(2)
        .rposition(|pair| pair[0].depth == 0 && pair[0].text == "order" && pair[1].text == "by")
        .ok_or_else(|| broken(NO_ORDER))?;
    let clause = &tokens[start + 2..];
    if clause.iter().any(|token| token.text == "select") {
        return Err(broken(NO_ORDER));
    }
    clause
        .split(|token| token.text == ",")
        .map(|column| match column {
            [name] if is_name(&name.text) => Ok(name.text.clone()),
            _ => Err(broken(
                "ORDER BY takes output columns by name, ascending, and nothing follows it",
            )),
        })
        .collect()
}

/// A word, number or sign outside comments; a quoted text is one token.
struct Token {
    /// In lower case.
    text: String,
    /// How many parentheses are open around it.
    depth: usize,
}

fn is_name(text: &str) -> bool {
    text.chars()
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_')
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut depth = 0_usize;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '-' if rest.starts_with("--") => {
                rest = rest.find('\n').map_or("", |end| &rest[end..]);
                continue;
            }
            '/' if rest.starts_with("/*") => {
                rest = &rest[rest.find("*/")? + 2..];
                continue;
            }
            _ if first.is_whitespace() => {
                rest = &rest[first.len_utf8()..];
                continue;
            }
            '\'' | '"' => rest[1..].find(first)? + 2,
            _ if first.is_alphanumeric() || first == '_' => {
                let word_goes_on = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
                rest.find(|c| !word_goes_on(c)).unwrap_or(rest.len())
            }
            _ => first.len_utf8(),
        };
        let token = rest[..length].to_lowercase();
        if token == ")" {
            depth = depth.saturating_sub(1);
        }
        let opens = token == "(";
        tokens.push(Token { text: token, depth });
        if opens {
            depth += 1;
        }
        rest = &rest[length..];
    }
    Some(tokens)
}

#[cfg(test)]
mod tests {
    use super::order_key;

    fn rule(text: &str) -> String {
        order_key("q.sql", text).unwrap_err().to_string()
    }

    #[test]
    fn the_key_is_that_of_the_last_order_by_outside_parentheses() {
        let text = "-- ORDER BY nothing; here\nSELECT a, b FROM (SELECT * FROM t ORDER BY c) /* ; */ WHERE x = ';' ORDER BY A, b;\n";
        assert_eq!(order_key("q.sql", text).unwrap(), ["a", "b"]);
    }

    #[test]
    fn names_given_within_a_statement_are_found() {
        let text = "WITH a AS (SELECT x, y AS z FROM t), \"B\" AS (WITH c AS (SELECT 1) SELECT * FROM c) SELECT x, (y) AS d FROM a, b";
        assert_eq!(super::named_within(text), ["a", "b", "c"]);
    }

    #[test]
    fn a_statement_that_could_differ_between_runs_is_refused() {
        assert!(rule("SELECT a FROM t").contains("does not end in ORDER BY"));
        assert!(rule("SELECT a, ROW_NUMBER() OVER (ORDER BY a) FROM t").contains("does not end in ORDER BY"));
        assert!(rule("SELECT a FROM t ORDER BY a LIMIT 3").contains("nothing follows it"));
        assert!(rule("SELECT a FROM t ORDER BY a DESC").contains("ascending"));
        assert!(rule("SELECT a FROM t ORDER BY 1").contains("by name"));
        assert!(rule("SELECT AVG(a) AS b FROM t ORDER BY b").contains("`avg`"));
        assert!(rule("SELECT a FROM t ORDER BY a; SELECT 2").contains("more than one"));
        assert!(rule("SELECT 'a FROM t ORDER BY a").contains("not closed"));
        assert!(rule(" -- nothing\n").contains("no statement"));
        assert!(rule("SELECT a FROM t WHERE a IN (SELECT b FROM u) ORDER BY a").contains("join with the subquery"));
    }
}
