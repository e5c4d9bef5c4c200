//! Amounts with their units, as ceilings are written.

use reports::Figure;

/// Units of time, in nanoseconds.
const TIMES: [(&str, f64); 5] = [
    ("ns", 1.0),
    ("us", 1e3),
    ("µs", 1e3),
    ("ms", 1e6),
    ("s", 1e9),
];
/// Units of memory, in bytes.
const BYTES: [(&str, f64); 6] = [
    ("KiB", 1024.0),
    ("MiB", 1_048_576.0),
    ("kB", 1e3),
    ("KB", 1e3),
    ("MB", 1e6),
    ("B", 1.0),
];

/// Reads an amount of a figure in its own unit; else what to write.
pub(super) fn parse(figure: Figure, text: &str) -> Result<f64, &'static str> {
    let (units, remedy): (&[(&str, f64)], _) = match figure {
        Figure::Instructions | Figure::HostCalls => (&[], "give a whole number"),
        Figure::Memory | Figure::ModuleSize | Figure::ArtifactSize | Figure::BytesCopied => {
            (&BYTES, "give bytes such as \"200 kB\" or \"4 MB\"")
        }
        _ => (&TIMES, "give a time such as \"50 us\" or \"5 ms\""),
    };
    let text = text.trim();
    let split = text.find(|c: char| !(c.is_ascii_digit() || c == '.'));
    let (number, unit) = text.split_at(split.unwrap_or(text.len()));
    let scale = match (unit.trim(), units) {
        ("", []) => 1.0,
        (unit, units) => match units.iter().find(|(name, _)| *name == unit) {
            Some((_, scale)) => *scale,
            None => return Err(remedy),
        },
    };
    match number.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number * scale),
        _ => Err(remedy),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_figure_takes_its_own_units_and_no_others() {
        assert_eq!(parse(Figure::P99, "50us"), Ok(50_000.0));
        assert_eq!(parse(Figure::Startup, "1.5 ms"), Ok(1_500_000.0));
        assert_eq!(parse(Figure::Memory, "4 MiB"), Ok(4_194_304.0));
        assert_eq!(parse(Figure::HostCalls, "51"), Ok(51.0));
        for (figure, text) in [
            (Figure::P99, "50"),
            (Figure::P99, "4 MB"),
            (Figure::Memory, "5 ms"),
            (Figure::HostCalls, "5 ms"),
            (Figure::Cpu, ""),
            (Figure::Cpu, "-1 us"),
            (Figure::Cpu, "1.2.3 us"),
        ] {
            assert!(parse(figure, text).is_err(), "{figure:?} {text}");
        }
    }
}
