//! Posts with a time: what `words.sql` and `dated_posts.sql` say.

use hashbrown::{HashMap, HashSet};
use sql::{Database, Given};
use tables::cell::Cell;
use tables::table::open_column;
use tables::{Duplicates, PostKind, Posts, Table, TableFile, Timestamp};

use super::numbers::number;
use super::statements::Kept;

/// Posts with a time, column by column.
#[derive(Debug, Default)]
pub(super) struct DatedPosts {
    accounts: Vec<i32>,
    at: Vec<i64>,
    days: Vec<i32>,
    own: Vec<i32>,
    collected: Vec<i32>,
    tagged: Vec<i32>,
    detected: Vec<i32>,
    /// The tags of languages, in the order of the alphabet; the first has the number 1.
    words: Vec<String>,
}

impl DatedPosts {
    /// Reads them; `of_rows` are the accounts of the table's rows.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub(super) fn read(
        table: &TableFile<Posts>,
        copies: &TableFile<Duplicates>,
        of_rows: &[u32],
    ) -> anyhow::Result<Self> {
        let also_collected = AlsoCollected::read(copies)?;
        let mut read = Self::default();
        let mut words = Words::default();
        let mut of_rows = of_rows.iter();
        let columns = [
            "posted_at",
            "lang",
            "kind",
            "detected_lang",
            "source_file",
            "source_line",
            "source_part",
        ];
        for batch in table.columns(&columns) {
            let batch = batch?;
            let at = open_column::<Option<Timestamp>>(&batch, "posted_at")?;
            let kinds = open_column::<PostKind>(&batch, "kind")?;
            let tagged = open_column::<Option<&str>>(&batch, "lang")?;
            let detected = open_column::<Option<&str>>(&batch, "detected_lang")?;
            let files = open_column::<&str>(&batch, "source_file")?;
            let lines = open_column::<i64>(&batch, "source_line")?;
            let parts = open_column::<i64>(&batch, "source_part")?;
            for (row, account) in (0..batch.num_rows()).zip(&mut of_rows) {
                let Some(moment) = Option::<Timestamp>::get(&at, row) else {
                    continue;
                };
                read.accounts.push(number(*account));
                read.at.push(moment.0);
                read.days.push(moment.day().0);
                read.own.push(i32::from(PostKind::get(&kinds, row) != PostKind::Repost));
                let part = i64::get(&parts, row);
                let collected = part == 0 || also_collected.has(<&str>::get(&files, row), i64::get(&lines, row), part);
                read.collected.push(i32::from(collected));
                read.tagged.push(words.see(Option::<&str>::get(&tagged, row)));
                read.detected.push(words.see(Option::<&str>::get(&detected, row)));
            }
        }
        let (words, numbers) = words.in_order();
        read.words = words;
        let renumbered = read.tagged.iter_mut().chain(&mut read.detected);
        renumbered.for_each(|word| *word = numbers[word.unsigned_abs() as usize]);
        Ok(read)
    }

    /// Has the tables `words` and `dated_posts` asked for what they are.
    ///
    /// # Errors
    /// When the database refuses them.
    pub(super) fn give(self, database: &mut Database, words: Kept, posts: Kept) -> Result<(), sql::Error> {
        let texts = Given::Texts(Box::new(self.words.iter().map(String::as_str)));
        let numbers = (1..).zip(&self.words).map(|(number, _)| number).collect();
        let columns = vec![("word", texts), ("number", Given::Numbers(numbers))];
        database.give(words.table, words.query.name, words.query.text, columns)?;
        let columns = vec![
            ("account", Given::Numbers(self.accounts)),
            ("posted_at", Given::Moments(self.at)),
            ("posted_on", Given::Days(self.days)),
            ("own", Given::Numbers(self.own)),
            ("collected", Given::Numbers(self.collected)),
            ("tagged", Given::Numbers(self.tagged)),
            ("detected", Given::Numbers(self.detected)),
        ];
        database.give(posts.table, posts.query.name, posts.query.text, columns)
    }
}

/// Posts that stand nested in another's record, of which a record of its own was dropped as a copy: by file, then line and part.
#[derive(Debug, Default)]
struct AlsoCollected(HashMap<String, HashSet<(i64, i64)>>);

impl AlsoCollected {
    fn read(copies: &TableFile<Duplicates>) -> anyhow::Result<Self> {
        let mut read = Self::default();
        for batch in copies.columns(&["table", "dropped_part", "kept_file", "kept_line", "kept_part"]) {
            let batch = batch?;
            let tables = open_column::<&str>(&batch, "table")?;
            let dropped = open_column::<i64>(&batch, "dropped_part")?;
            let files = open_column::<&str>(&batch, "kept_file")?;
            let lines = open_column::<i64>(&batch, "kept_line")?;
            let parts = open_column::<i64>(&batch, "kept_part")?;
            for row in 0..batch.num_rows() {
                let part = i64::get(&parts, row);
                if <&str>::get(&tables, row) == Posts::NAME && i64::get(&dropped, row) == 0 && part > 0 {
                    let of_file = read.0.entry_ref(<&str>::get(&files, row)).or_default();
                    of_file.insert((i64::get(&lines, row), part));
                }
            }
        }
        Ok(read)
    }

    fn has(&self, file: &str, line: i64, part: i64) -> bool {
        self.0.get(file).is_some_and(|of_file| of_file.contains(&(line, part)))
    }
}

/// Different words, numbered in the order in which they are met.
#[derive(Debug, Default)]
struct Words(HashMap<String, i32>);

impl Words {
    fn see(&mut self, word: Option<&str>) -> i32 {
        // There are some hundred.
        let next = i32::try_from(self.0.len()).unwrap_or(i32::MAX);
        *self.0.entry_ref(word.unwrap_or_default()).or_insert(next)
    }

    /// The words in the order of the alphabet, and of each number given here the number there, from 1.
    fn in_order(self) -> (Vec<String>, Vec<i32>) {
        let mut words: Vec<(String, i32)> = self.0.into_iter().collect();
        words.sort_unstable();
        let mut numbers = vec![0; words.len()];
        for (number, (_, met)) in (1..).zip(&words) {
            numbers[met.unsigned_abs() as usize] = number;
        }
        (words.into_iter().map(|(word, _)| word).collect(), numbers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_numbered_in_the_order_of_the_alphabet() {
        let mut words = Words::default();
        let seen: Vec<i32> = [Some("en"), None, Some("en"), Some("ar"), Some("")]
            .into_iter()
            .map(|word| words.see(word))
            .collect();
        assert_eq!(seen, [0, 1, 0, 2, 1]);
        let (words, numbers) = words.in_order();
        assert_eq!(
            (words, numbers),
            (vec![String::new(), "ar".to_owned(), "en".to_owned()], vec![3, 1, 2])
        );
    }
}
