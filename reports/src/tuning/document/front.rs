//! The Pareto front, one over all runtimes.

use crate::charts::{Axis, Chart, Ink, Point};
use crate::document::{Part, Section};
use crate::recommendation::Quantity;
use crate::tables::{Entry, Table, Tone};
use crate::tuning::contestant::Fate;
use crate::tuning::model::{CandidateRow, FRONT, Tuning};

impl Tuning {
    /// One front over all runtimes: each plot shows two of its four quantities.
    pub(super) fn front_section(&self) -> Section {
        Section::new("front", "Pareto front")
            .part(Part::table(self.front_table()))
            .part(
                self.front_chart(Quantity::P50, Quantity::Startup)
                    .evidence(),
            )
            .part(self.front_chart(Quantity::P50, Quantity::Size).evidence())
            .part(
                self.front_chart(Quantity::Startup, Quantity::Memory)
                    .evidence(),
            )
    }

    /// The name of a candidate, with its runtime where there are several.
    fn name(&self, row: &CandidateRow) -> String {
        match self.runtimes.len() {
            0 | 1 => row.choice.to_string(),
            _ => format!("{}: {}", row.runtime, row.choice),
        }
    }

    /// Candidates that can be drawn, with the number of their runtime.
    fn drawn(&self) -> impl Iterator<Item = (usize, &CandidateRow)> {
        let all = self
            .runtimes
            .iter()
            .enumerate()
            .flat_map(|(number, runtime)| {
                let rows = runtime.candidates.iter();
                rows.map(move |row| (number, row))
            });
        all.filter(|(_, row)| !row.control && !matches!(row.fate, Fate::Failed { .. }))
    }

    fn front_chart(&self, x: Quantity, y: Quantity) -> Part {
        let points = self.drawn().filter_map(|(number, row)| {
            let ink = match (self.runtimes.len(), row.choice.is_default()) {
                (0 | 1, true) => Ink::Text,
                (0 | 1, false) => Ink::series(row.stage as usize),
                _ => Ink::series(number),
            };
            let point = Point::new(self.name(row), ink, at(row, x)?, at(row, y)?);
            Some(point.front(row.on_front))
        });
        let caption = "On the front is what nothing else beats on latency, start-up, size and \
                       memory together.";
        let caption = match self.runtimes.len() {
            0 | 1 => caption.to_owned(),
            _ => format!(
                "{caption} A colour for each runtime; runtimes raced one after the other, so that \
                 what the machine did in between lies between them too."
            ),
        };
        let mut chart = Chart::points(
            format!("{} against {}", x.title(), y.title()),
            Axis::log(x.title(), x.unit().into()),
            Axis::log(y.title(), y.unit().into()),
            points.collect(),
        );
        if self.runtimes.len() > 1 {
            for (number, runtime) in self.runtimes.iter().enumerate() {
                chart = chart.legend(Ink::series(number), &runtime.runtime);
            }
        }
        let data = chart.data();
        Part::chart_and_table(chart.caption(caption), data)
    }

    fn front_table(&self) -> Table {
        let mut table = Table::new("On the front").words("Runtime").words("Choice");
        for quantity in FRONT {
            table = table.numbers(quantity.title(), "");
        }
        for (_, row) in self.drawn().filter(|(_, row)| row.on_front) {
            let mut line = vec![
                row.runtime.as_str().into(),
                Entry::toned(row.choice.to_string(), Tone::Code),
            ];
            line.extend(FRONT.map(|quantity| {
                let value = at(row, quantity).map(|value| quantity.show(value));
                Entry::from(value.unwrap_or_default())
            }));
            table.row(line);
        }
        table
    }
}

fn at(row: &CandidateRow, quantity: Quantity) -> Option<f64> {
    row.values.get(&quantity).map(|value| value.median)
}
