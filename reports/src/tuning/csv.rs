//! The candidates as CSV.

use super::contestant::Fate;
use super::model::Tuning;
use crate::recommendation::Quantity;

impl Tuning {
    /// One line for each candidate: medians in nanoseconds and bytes, ratios to the default
    /// with their intervals.
    ///
    /// # Errors
    /// When a line cannot be written, which memory alone can cause.
    pub fn csv(&self) -> Result<String, csv::Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let mut heading = [
            "runtime", "number", "choice", "stage", "fate", "reason", "on_front",
        ]
        .map(str::to_owned)
        .to_vec();
        for quantity in Quantity::ALL {
            let word = quantity.word();
            heading.extend(
                ["", "_ratio", "_low", "_high", "_blocks"].map(|end| format!("{word}{end}")),
            );
        }
        writer.write_record(&heading)?;
        for row in self.runtimes.iter().flat_map(|runtime| &runtime.candidates) {
            let (fate, reason) = fate_words(&row.fate);
            let choice = match row.control {
                true => "default (A/A control)".to_owned(),
                false => row.choice.to_string(),
            };
            let mut line = vec![
                row.runtime.clone(),
                row.number.to_string(),
                choice,
                format!("{:?}", row.stage).to_lowercase(),
                fate.to_owned(),
                reason.to_owned(),
                row.on_front.to_string(),
            ];
            for quantity in Quantity::ALL {
                let value = row.values.get(&quantity);
                let ratio = row.against_default.get(&quantity);
                let text = |number: Option<f64>| number.map(|n| n.to_string()).unwrap_or_default();
                line.push(text(value.map(|value| value.median)));
                line.push(text(ratio.map(|ratio| ratio.ratio)));
                line.push(text(ratio.map(|ratio| ratio.low)));
                line.push(text(ratio.map(|ratio| ratio.high)));
                line.push(value.map(|value| value.n.to_string()).unwrap_or_default());
            }
            writer.write_record(&line)?;
        }
        let bytes = writer
            .into_inner()
            .map_err(|error| std::io::Error::other(error.to_string()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// A fate for people, with its reason.
pub(super) fn fate_words(fate: &Fate) -> (&'static str, &str) {
    match fate {
        Fate::Racing => ("raced to the end", ""),
        Fate::Worse => ("worse", ""),
        Fate::Settled => ("settled", ""),
        Fate::SetAside => ("set aside", "the time was better spent on others"),
        Fate::SameBytes { .. } => ("same bytes as another", ""),
        Fate::Failed { reason } => ("failed", reason),
    }
}
