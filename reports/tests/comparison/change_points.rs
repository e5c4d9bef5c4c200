//! Changes of level in a series.

use reports::change_points;

use crate::machine::Machine;

#[test]
fn change_points_are_found_where_they_are() {
    let mut machine = Machine::new(7, 0.0);
    let levels = [(30, 1.0), (25, 1.05), (20, 0.9)];
    let values: Vec<f64> = levels
        .iter()
        .flat_map(|(n, level)| (0..*n).map(move |_| *level))
        .map(|level| 100.0 * level * (0.01 * machine.normal()).exp())
        .collect();
    let found = change_points(&values, 0.01, 7);
    assert_eq!(found.len(), 2, "{found:?}");
    for (change, (index, ratio)) in found.iter().zip([(30, 1.05), (55, 0.9 / 1.05)]) {
        assert!(change.index.abs_diff(index) <= 1, "{found:?}");
        assert!((change.ratio / ratio - 1.0).abs() < 0.01, "{found:?}");
        assert!(change.p <= 0.01);
    }
}

#[test]
fn steady_and_short_series_have_no_change_points() {
    let mut machine = Machine::new(8, 0.0);
    let series = 60;
    let wrong = (0..series)
        .filter(|seed| {
            let mut values: Vec<f64> = (0..30)
                .map(|_| 100.0 * (0.03 * machine.normal()).exp())
                .collect();
            // One odd value is no change.
            values[12] *= 3.0;
            !change_points(&values, 0.01, *seed).is_empty()
        })
        .count();
    assert!(wrong <= 4, "{wrong} of {series}");
    assert!(change_points(&[1.0, 1.0, 9.0, 9.0], 0.05, 7).is_empty());
    assert!(change_points(&[f64::NAN; 20], 0.05, 7).is_empty());
    assert!(change_points(&[5.0; 20], 0.05, 7).is_empty());
}
