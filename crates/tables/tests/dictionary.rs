//! The data dictionary in the repository is the one that the schemas make.

#[test]
fn docs_tables_md_is_what_the_schemas_say() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/tables.md");
    let found = std::fs::read_to_string(path).unwrap();
    let expected = tables::dictionary::markdown();
    let differs = found.lines().zip(expected.lines()).position(|(a, b)| a != b);
    assert!(
        found == expected,
        "docs/tables.md is stale (first difference: line {differs:?}, from 0); run `just dictionary`"
    );
}

#[test]
fn every_table_and_column_is_explained() {
    for table in tables::all() {
        assert!(table.doc.trim().ends_with('.'), "{}: {}", table.name, table.doc);
        assert_eq!(table.columns.len(), table.schema.fields().len());
        for (column, field) in table.columns.iter().zip(table.schema.fields()) {
            assert_eq!(column.name, field.name());
            assert!(!column.doc.trim().is_empty(), "{}.{}", table.name, column.name);
        }
        for key in table.key {
            assert!(table.schema.field_with_name(key).is_ok(), "{}: key {key}", table.name);
        }
    }
}
