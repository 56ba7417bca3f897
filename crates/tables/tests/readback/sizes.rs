//! From no row to one past a row group, texts beyond a batch's weight, several part files, and values that never stand.

use tables::{Follow, Follows, Measure, Measures, Table, TableFile, TableWriter, Timestamp};

use crate::boundary::footer;

fn follow(line: i64) -> Follow<'static> {
    Follow {
        platform: "twitter",
        follower_id: "11",
        followed_id: "12",
        observed_at: (line % 3 > 0).then_some(Timestamp(line)),
        source_file: "a",
        source_line: line,
        source_part: 0,
    }
}

fn write_follows(dir: &std::path::Path, lines: std::ops::Range<i64>) {
    let mut writer = TableWriter::<Follows>::create(dir).unwrap();
    for line in lines {
        writer.push(&follow(line)).unwrap();
    }
    writer.finish(&footer()).unwrap();
}

/// A batch holds 8,192 rows, a row group 131,072.
#[test]
fn rows_up_to_an_edge_and_one_past_it() {
    let dir = tempfile::tempdir().unwrap();
    for size in [0, 1, 8_191, 8_192, 8_193, 131_072, 131_073] {
        write_follows(dir.path(), 0..size);
        let table = TableFile::<Follows>::open(dir.path()).unwrap();
        assert_eq!(table.rows(), size.unsigned_abs());
        let mut expected = 0;
        for batch in table.batches() {
            for row in batch.unwrap().rows().unwrap() {
                assert_eq!(row, follow(expected));
                expected += 1;
            }
        }
        assert_eq!(expected, size);
        let all = table.read().unwrap();
        assert_eq!((all.len() as u64, all.is_empty()), (size.unsigned_abs(), size == 0));
    }
}

#[test]
fn order_is_held_across_batches() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = TableWriter::<Follows>::create(dir.path()).unwrap();
    for line in 1..=8_192 {
        writer.push(&follow(line)).unwrap();
    }
    writer.push(&follow(8_191)).unwrap();
    assert!(
        writer
            .finish(&footer())
            .unwrap_err()
            .to_string()
            .contains("not in the order of its key")
    );
}

#[test]
fn part_files_are_read_in_name_order() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("follows");
    std::fs::create_dir(&folder).unwrap();
    for (name, lines) in [("part-1", 5..9), ("part-0", 0..5), ("part-2", 9..9)] {
        write_follows(dir.path(), lines);
        std::fs::rename(
            dir.path().join("follows.parquet"),
            folder.join(format!("{name}.parquet")),
        )
        .unwrap();
    }
    std::fs::write(folder.join("notes.txt"), "not a part").unwrap();
    let table = TableFile::<Follows>::open(dir.path()).unwrap();
    let lines: Vec<i64> = table
        .read()
        .unwrap()
        .rows()
        .unwrap()
        .map(|row| row.source_line)
        .collect();
    assert_eq!((table.rows(), lines), (9, (0..9).collect()));
}

#[test]
fn long_texts_stay_whole() {
    let dir = tempfile::tempdir().unwrap();
    let long = "نهر ".repeat(1_300_000);
    let mut writer = TableWriter::<tables::Rejects>::create(dir.path()).unwrap();
    for source_line in 0..5 {
        let row = tables::Reject {
            source_file: "a",
            source_line,
            byte_offset: 0,
            byte_length: 0,
            reason: "not JSON",
            detail: (source_line != 2).then_some(&long),
            first_bytes: "",
        };
        writer.push(&row).unwrap();
    }
    writer.finish(&footer()).unwrap();
    let table = TableFile::<tables::Rejects>::open(dir.path()).unwrap();
    let lengths: Vec<Option<usize>> = table
        .batches()
        .flat_map(|batch| {
            batch
                .unwrap()
                .rows()
                .unwrap()
                .map(|row| row.detail.map(str::len))
                .collect::<Vec<_>>()
        })
        .collect();
    let whole = Some(long.len());
    assert_eq!(lengths, [whole, whole, None, whole, whole]);
}

/// Moments that most readers cannot show are still numbers to ours.
#[test]
fn the_first_and_the_last_moment_come_back() {
    let dir = tempfile::tempdir().unwrap();
    let moments = [None, Some(Timestamp(i64::MIN)), Some(Timestamp(i64::MAX))];
    let mut writer = TableWriter::<Follows>::create(dir.path()).unwrap();
    for (line, observed_at) in (0..).zip(moments) {
        writer
            .push(&Follow {
                observed_at,
                ..follow(line)
            })
            .unwrap();
    }
    writer.finish(&footer()).unwrap();
    let read = TableFile::<Follows>::open(dir.path()).unwrap().read().unwrap();
    assert!(read.rows().unwrap().map(|row| row.observed_at).eq(moments));
}

#[test]
fn what_is_no_number_is_written_as_null() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = TableWriter::<Measures>::create(dir.path()).unwrap();
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1.5] {
        let row = Measure {
            measure: "followers",
            group: "listed",
            window: "all",
            value: Some(value),
            ci_low: None,
            ci_high: Some(value),
            n: 0,
            unit: "accounts",
            method: "mean",
            finding: None,
            reason: None,
        };
        writer.push(&row).unwrap();
    }
    writer.finish(&footer()).unwrap();
    let read = TableFile::<Measures>::open(dir.path()).unwrap().read().unwrap();
    let values: Vec<Option<f64>> = read.rows().unwrap().map(|row| row.value).collect();
    assert_eq!(values, [None, None, None, Some(1.5)]);
    assert_eq!(Measures::NAME, "measures");
}
