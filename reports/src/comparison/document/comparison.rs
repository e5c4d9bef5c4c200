//! A comparison as people read it.

use crate::charts::{Bar, Chart, Ink};
use crate::comparison::{Answer, ComparedCell, ComparisonReport, Figure, Origin, Question};
use crate::document::{Document, Part, Section};
use crate::statistics::Word;
use crate::tables::{Entry, Table};

impl ComparisonReport {
    /// What people read.
    pub fn document(&self) -> Document {
        Document {
            title: format!("pwbench {}", self.id),
            subject: "Two sides compared".to_owned(),
            headline: self.headline(),
            decided: self.objection.is_none() && !self.has_failures(),
            certainty: self.certainty(),
            points: self.points(),
            cautions: self.cautions(),
            facts: self.facts(),
            sections: vec![self.verdict_section(), self.figures(), self.counts()],
            footer: format!("Made by pwbench {}.", self.pwbench_version),
        }
    }

    /// The result in one sentence.
    pub fn headline(&self) -> String {
        if let Some(objection) = &self.objection {
            return format!("No verdict: {objection}.");
        }
        let words: Vec<Word> = self.verdicts().map(|(_, answer)| answer.word).collect();
        if let [(cell, answer)] = self.verdicts().collect::<Vec<_>>()[..] {
            let ratio = answer.ratio.map(|ratio| percent(ratio.estimate));
            let told = match answer.word {
                Word::Faster => format!("faster by {}", ratio.unwrap_or_default()),
                Word::Slower => format!("slower by {}", ratio.unwrap_or_default()),
                Word::Same => "the same".to_owned(),
                Word::Undecided => "undecided".to_owned(),
            };
            return format!("{}: {} is {told}.", cell.label, self.new);
        }
        let count = |word| words.iter().filter(|found| **found == word).count();
        format!(
            "{} of {} cells are slower, {} faster, {} the same, {} undecided.",
            count(Word::Slower),
            words.len(),
            count(Word::Faster),
            count(Word::Same),
            count(Word::Undecided)
        )
    }

    fn certainty(&self) -> String {
        match self.origin {
            Origin::Stored => "The campaigns' own blocks, not paired.".to_owned(),
            Origin::Measured => format!(
                "Both sides in turns on one core; intervals at {:.0} % over all looks together.",
                (1.0 - self.plan.alpha) * 100.0
            ),
        }
    }

    fn points(&self) -> Vec<String> {
        let told = self.verdicts().filter_map(|(cell, answer)| {
            let found = answer.confirmation?;
            Some(format!(
                "{}: fresh processes {} it {}: {}.",
                cell.label,
                if found.confirmed {
                    "found"
                } else {
                    "did not find"
                },
                "again",
                interval_text(
                    found.ratio.estimate,
                    found.ratio.interval.low,
                    found.ratio.interval.high
                ),
            ))
        });
        told.collect()
    }

    fn cautions(&self) -> Vec<String> {
        let mut cautions = self.notes.clone();
        if self.cut_short {
            cautions.push(
                "The time ran out before the last look that was planned; the rest of the error \
                 was spent on the one that was taken."
                    .to_owned(),
            );
        }
        if self.interrupted {
            cautions.push("Somebody stopped it: what was measured until then is shown.".to_owned());
        }
        for cell in &self.cells {
            if let Some(failure) = &cell.failure {
                cautions.push(format!("{}: {failure}.", cell.label));
            }
        }
        cautions
    }

    fn facts(&self) -> Vec<(String, String)> {
        let machine = &self.machine;
        let mut facts = vec![
            ("Base".to_owned(), self.base.clone()),
            ("New".to_owned(), self.new.clone()),
            (
                "Machine".to_owned(),
                format!("{}, {} cores", machine.cpu_model, machine.cores),
            ),
        ];
        if self.origin == Origin::Measured {
            let looks: Vec<String> = self.plan.looks.iter().map(u32::to_string).collect();
            facts.push(("Looks after blocks".to_owned(), looks.join(", ")));
            facts.push(("Measured for".to_owned(), format!("{:.1} s", self.seconds)));
            facts.push(("Seed".to_owned(), self.seed.to_string()));
        }
        facts
    }

    fn verdict_section(&self) -> Section {
        let mut table = answers_table("Verdicts");
        let mut bars = Vec::new();
        for (cell, answer) in self.verdicts() {
            table.row(row(cell, answer));
            let against_base = answer.question.ceiling.is_none();
            if let Some(ratio) = answer.ratio.filter(|_| against_base) {
                let ink = match answer.word {
                    Word::Slower => Ink::Bad,
                    Word::Faster => Ink::Good,
                    Word::Same | Word::Undecided => Ink::Muted,
                };
                bars.push(
                    Bar::new(&cell.label, ratio.estimate, ink).interval(Some(ratio.interval)),
                );
            }
        }
        let chart = Chart::ratios("New over base", bars)
            .caption("Below 1 the new side costs less. Lines are intervals.");
        Section::new("verdicts", "Verdicts").part(Part::chart_and_table(chart, table))
    }

    fn figures(&self) -> Section {
        let mut table = answers_table("Other figures")
            .note("Answered as far as the samples go; they do not decide how long is measured.");
        for cell in &self.cells {
            for answer in cell
                .answers
                .iter()
                .filter(|answer| !answer.question.decides)
            {
                table.row(row(cell, answer));
            }
        }
        Section::new("figures", "Other figures").part(Part::table(table))
    }

    fn counts(&self) -> Section {
        let mut table = Table::new("What repeats exactly")
            .words("Cell")
            .words("Figure")
            .numbers("Base", "")
            .numbers("New", "")
            .numbers("Ratio", "");
        for cell in &self.cells {
            for count in &cell.counts {
                table.row(vec![
                    cell.label.as_str().into(),
                    count.figure.title().into(),
                    count.figure.show(count.base).into(),
                    count.figure.show(count.new).into(),
                    count
                        .ratio()
                        .map_or("–".to_owned(), |ratio| format!("{ratio:.4}"))
                        .into(),
                ]);
            }
        }
        Section::new("counts", "Counts").part(Part::table(table))
    }
}

fn answers_table(title: &str) -> Table {
    Table::new(title)
        .words("Cell")
        .words("Figure")
        .words("Verdict")
        .numbers("Base", "")
        .numbers("New", "")
        .numbers("Ratio", "")
        .words("Interval")
        .words("A/A control")
        .numbers("p, adjusted", "")
        .numbers("n", "")
        .dispensable(&["p, adjusted", "A/A control"])
}

fn row(cell: &ComparedCell, answer: &Answer) -> Vec<Entry> {
    let figure = answer.question.figure;
    let value = |value: Option<f64>| value.map_or("–".to_owned(), |value| figure.show(value));
    let ratio = answer.ratio;
    vec![
        cell.label.as_str().into(),
        answer.question.title().into(),
        Entry::word(answer.word),
        value(answer.base).into(),
        value(answer.new).into(),
        ratio
            .map_or("–".to_owned(), |ratio| format!("{:.4}", ratio.estimate))
            .into(),
        ratio
            .map_or("–".to_owned(), |ratio| {
                format!("{:.4} to {:.4}", ratio.interval.low, ratio.interval.high)
            })
            .into(),
        answer
            .control
            .map_or("–".to_owned(), |control| {
                let found = control.ratio;
                let told = interval_text(found.estimate, found.interval.low, found.interval.high);
                match control.trusted {
                    true => told,
                    false => format!("{told}, failed"),
                }
            })
            .into(),
        format!("{:.4}", answer.p_adjusted).into(),
        ratio.map_or(0, |ratio| ratio.n).to_string().into(),
    ]
}

fn interval_text(estimate: f64, low: f64, high: f64) -> String {
    format!("{estimate:.4} ({low:.4} to {high:.4})")
}

fn percent(ratio: f64) -> String {
    format!("{:.1} %", (ratio - 1.0).abs() * 100.0)
}

impl Question {
    /// The figure for people, with the ceiling that it is held to.
    fn title(&self) -> String {
        let title = self.figure.title();
        match self.ceiling {
            Some(most) => format!("{title} over its ceiling of {}", self.figure.show(most)),
            None => title.to_owned(),
        }
    }
}

impl Figure {
    /// Its unit in charts.
    pub(super) fn unit(self) -> crate::charts::Unit {
        use crate::charts::Unit;
        match self {
            Figure::Instructions | Figure::HostCalls => Unit::Count,
            Figure::Memory | Figure::ModuleSize | Figure::ArtifactSize | Figure::BytesCopied => {
                Unit::Bytes
            }
            _ => Unit::Nanoseconds,
        }
    }
}
