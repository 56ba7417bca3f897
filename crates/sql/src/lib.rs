//! Portable SQL over the tables of a stage: one statement in a file beside the code that uses it, run by polars.
//!
//! No other crate sees polars. A [`Database`] registers the Parquet tables of stage directories as lazy scans under their
//! names; [`Database::query`] runs one statement and gives [`Rows`], typed columns of plain values.
//!
//! # The files
//!
//! `crates/STAGE/src/sql/NAME.sql` holds one statement, with comments at its top that say what it answers and what one row
//! is. A researcher can run the same file over the same Parquet in DuckDB, and our tests do ([`witness`]); DataFusion is meant
//! to run it when an archive outgrows one machine.
//!
//! # The rules, and what holds a file to them
//!
//! | rule | why | checked |
//! |---|---|---|
//! | one statement | a file answers one question | when the query is run |
//! | it ends in `ORDER BY` over output columns, by name and ascending | rows come in the same order on every engine | when the query is run |
//! | no two rows share that key, and no part of it is null | otherwise the order is an accident of threads and engines | on the rows that came out |
//! | no `AVG`, `STDDEV`, `VARIANCE`, `CORR`, `REGR` or such; `SUM` over integers only | the sum of floating-point numbers depends on their order, which depends on the threads; Rust makes the means, in a fixed order | the names; not the type that `SUM` takes |
//! | no `IN (SELECT …)` | polars' streaming engine hands every row the whole list, also to look for nulls in it: 16 GB for a batch of rows and some ten thousand accounts. A join with the grouped subquery says the same | when the query is run |
//! | no random numbers, no clock | same input, same bytes | the names |
//! | what `WITH` names has no table's name | polars asks the table, the others what `WITH` names | when the query is run |
//!
//! A statement may make a table for others to ask ([`Database::keep`]), say one with numbers in place of ids: joins and groupings of
//! millions of texts take several times as long and as much memory. As a table has no order, it needs no `ORDER BY`; the other rules
//! hold. In DuckDB: `CREATE TABLE ties AS …`, the statement of `ties.sql`, before what asks `ties`.
//!
//! What a statement would take too long for, above all putting numbers in place of ids, Rust may make ([`Database::give`]): the statement
//! stays what defines the table, other engines make it by that, and a test holds the one to the other.
//!
//! So a query reduces to counts, integer sums, least and greatest values, and picked rows.
//!
//! # The dialect that polars SQL, DuckDB and DataFusion share
//!
//! Common table expressions, inner, left, cross and semi joins on equality, `UNION ALL`, `GROUP BY` over columns, `HAVING`,
//! `CASE`, `COALESCE`, `COUNT(*)`, `COUNT(DISTINCT x)`, `MIN`, `MAX`, `ROW_NUMBER`, `LAG`, `LEAD`, and of
//! windows `MAX(x) OVER (PARTITION BY … ORDER BY … ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)`.
//!
//! Of times: `CAST(t AS DATE)` is the UTC day of a moment (DuckDB and DataFusion need their session in UTC, which [`witness`]
//! sets), moments and days compare with their like, and `MIN`, `MAX` and `ORDER BY` take both. Not shared: `date_trunc` (polars
//! SQL has none), `t1 - t2`, and what a moment is when cast to `BIGINT` (milliseconds, microseconds or an error). So a query
//! hands moments out, and Rust does the arithmetic.
//!
//! A null sorts last where a column ascends, on all three; where it descends they differ, so say `WHERE x IS NOT NULL` first.
//!
//! # Memory and threads
//!
//! Statements run on polars' streaming engine: scans, joins and groupings take their rows in batches, and only the columns and row
//! groups that a query needs are read. The result, the hash tables of joins and groupings and what sorting needs stand in memory. (Its
//! in-memory engine gives the same rows: of the bench of `metrics` in about twice the time of the statements, and with 3.4 GB at the
//! highest where this takes 2.0.) What is large and no statement's business (posts' texts) is streamed by Rust in the stages. The thread
//! count is the process's `POLARS_MAX_THREADS`.

mod database;
mod error;
mod given;
mod rows;
mod statement;
pub mod witness;

pub use database::Database;
pub use error::Error;
pub use given::Given;
pub use rows::Rows;
