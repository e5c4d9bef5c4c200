//! Whatever was measured, a report comes out.

use proptest::prelude::*;
use reports::{Campaign, Measurement, Report, Startup, TrialRecord, exporters};

use crate::synthetic;

fn odd_number() -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(0),
        Just(1),
        Just(u64::MAX),
        any::<u64>(),
        1_u64..1_000_000
    ]
}

prop_compose! {
    fn odd_trial()(
        numbers in prop::collection::vec(odd_number(), 12),
        block in 0_u32..9,
        runtime in 0_usize..5,
        control in any::<bool>(),
        maybe in any::<bool>(),
    ) -> TrialRecord {
        let names = ["native", "a/llvm", "b/eager", "", "=c/\u{0}"];
        let cell = synthetic::cell(names[runtime], "w");
        let cell = if control { cell.control_arm() } else { cell };
        let mut trial = TrialRecord::ok("odd", block, 0, cell);
        let startup = Startup {
            compile_ns: maybe.then_some(numbers[4]),
            instantiate_ns: numbers[5],
            start_ns: numbers[6],
            first_request_ns: numbers[7],
            ..Startup::default()
        };
        let mut measurement = Measurement {
            transactions: numbers[0],
            wall_ns: numbers[2],
            cpu_ns: numbers[3],
            startup,
            ..Measurement::default()
        };
        measurement.memory.rss_first_vm_bytes = numbers[8];
        measurement.memory.rss_per_vm_bytes = numbers[9];
        measurement.memory.further_vms = numbers[10] as u32;
        trial.measurement = Some(measurement);
        trial
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_was_measured_a_report_comes_out(
        trials in prop::collection::vec(odd_trial(), 0..40),
    ) {
        let report = Report::new(Campaign::default(), &trials);
        for exporter in exporters() {
            prop_assert!(exporter.export(report.summary()).is_ok());
        }
        report.terminal_table(80);
    }
}
