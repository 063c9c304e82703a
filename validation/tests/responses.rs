//! Inclusive responses of 16O against the tables of dolan2022.

use gradino_validation::responses;

#[test]
fn transverse_and_longitudinal_responses_of_16o_equal_the_tables_of_dolan2022() {
    let Some(rows) = responses::agreement(1, |options| options).expect("16O and its waves") else { return };
    assert_eq!(rows.len(), 20);
    for row in rows {
        let what = format!("{} {} at {} MeV", row.model, row.response, row.q);
        assert!(row.median < 0.003 && row.points > 5, "{what}: {} of {} points", row.median, row.points);
        assert!(row.quantile < 0.01, "{what}: 95 % within {}", row.quantile);
        assert!(row.whole.abs() < 0.002, "{what}: sum {}", row.whole);
    }
}
