//! The JSON schema of the configuration, as it is checked in for editors.

use std::path::Path;

#[test]
fn the_schema_in_the_docs_is_that_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/config.schema.json");
    let stored = std::fs::read_to_string(&path).expect("docs/config.schema.json is there");
    assert!(stored == gradino::Config::schema(), "run `cargo xtask schema`");
}
