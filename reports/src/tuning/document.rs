//! A tuning campaign as people read it.

mod front;

use super::compare::Against;
use super::csv::fate_words;
use super::model::{RuntimeTuning, TuneConfirmation, Tuning, told};
use super::worth::{Worth, WorthWord};
use crate::charts::{Bar, Chart, Ink};
use crate::document::{Document, Part, Section};
use crate::recommendation::Quantity;
use crate::statistics::Interval;
use crate::tables::{Entry, Table, Tone};

impl Tuning {
    /// What won and what to copy, what each level is worth, the Pareto front, and everything
    /// that raced.
    pub fn document(&self) -> Document {
        let decided = !self.runtimes.is_empty()
            && self.runtimes.iter().all(|runtime| {
                let all = &runtime.confirmations;
                let open = |one: &TuneConfirmation| one.word == "undecided" || !one.was_heard();
                !all.is_empty() && !all.iter().any(|one| one.candidate.is_some() && open(one))
            });
        let objectives: Vec<&str> = self.objectives.iter().map(|one| one.word()).collect();
        let mut sections: Vec<Section> = Vec::new();
        for (index, runtime) in self.runtimes.iter().enumerate() {
            sections.push(self.section(index, runtime));
        }
        sections.push(self.front_section());
        sections.push(
            Section::new("missing", "What could not be tried")
                .part(Part::table(self.missing_table())),
        );
        Document {
            title: format!("pwbench {}", self.id),
            subject: format!("{} tuned for {}", self.subject, objectives.join(", ")),
            headline: self.headline(),
            decided,
            certainty: "Every ratio is to the default, paired within blocks; the winners were measured again \
                        in fresh processes on exchanges that took no part in the search."
                .to_owned(),
            points: self.points(),
            cautions: self.cautions.clone(),
            facts: self.facts(),
            sections,
            footer: format!("Made by pwbench {}.", self.pwbench_version),
        }
    }

    fn headline(&self) -> String {
        let lines: Vec<String> = self
            .runtimes
            .iter()
            .flat_map(|runtime| runtime.confirmations.iter().map(move |one| (runtime, one)))
            .map(|(runtime, one)| sentence(&runtime.runtime, one))
            .collect();
        match lines.is_empty() {
            true => "Nothing was tuned.".to_owned(),
            false => lines.join(" "),
        }
    }

    fn points(&self) -> Vec<String> {
        let mut points = Vec::new();
        for runtime in &self.runtimes {
            for objective in &self.objectives {
                let of = |word: WorthWord| {
                    let all = runtime.worths.iter();
                    let own =
                        all.filter(|worth| worth.quantity == *objective && worth.word == word);
                    own.map(|worth| format!("{}={}", worth.factor, worth.level))
                        .collect::<Vec<_>>()
                };
                let nothing: Vec<String> = [of(WorthWord::Same), of(WorthWord::Noise)].concat();
                if !nothing.is_empty() {
                    points.push(format!(
                        "{}, {}: no difference that matters, or lost in the noise: {}.",
                        runtime.runtime,
                        objective.title(),
                        nothing.join(", ")
                    ));
                }
            }
        }
        points
    }

    fn facts(&self) -> Vec<(String, String)> {
        let (search, held_out) = self.exchanges;
        let raced: usize = self.runtimes.iter().map(|one| one.candidates.len()).sum();
        [
            ("Workload", self.workload.clone()),
            ("Language", self.language.clone()),
            (
                "Exchanges",
                format!("{search} to search, {held_out} held out"),
            ),
            ("Candidates", raced.to_string()),
            (
                "Time",
                format!("{:.0} of {:.0} s", self.seconds, self.budget_seconds),
            ),
            ("Processor", self.machine.cpu_model.clone()),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
    }

    fn missing_table(&self) -> Table {
        let mut table = Table::new("Not available")
            .words("What")
            .words("Runtime")
            .words("Why")
            .words("How to get it");
        for missing in &self.missing {
            table.row(vec![
                missing.factor.as_str().into(),
                missing.runtime.as_str().into(),
                missing.reason.as_str().into(),
                Entry::toned(missing.remedy.as_str(), Tone::Code),
            ]);
        }
        table
    }

    fn section(&self, index: usize, runtime: &RuntimeTuning) -> Section {
        let mut section = Section::new(format!("runtime-{index}"), runtime.runtime.clone())
            .part(Part::table(confirmations(runtime)));
        for one in &runtime.confirmations {
            if one.candidate.is_some() {
                section = section.part(copyable(one));
            }
        }
        for quantity in told(&self.objectives) {
            let part = worth_part(runtime, quantity);
            section = section.part(match self.objectives.contains(&quantity) {
                true => part,
                false => part.evidence(),
            });
        }
        section.part(Part::table(everything(runtime)).detail())
    }
}

fn sentence(runtime: &str, one: &TuneConfirmation) -> String {
    let what = one.objective.title();
    if one.candidate.is_none() {
        return format!("{runtime}, {what}: {}.", one.word);
    }
    let against = one.held_out.get(&one.objective);
    let ratio = against.map(ratio_words).unwrap_or_default();
    match one.word.as_str() {
        "better" => format!(
            "{runtime}: {} gives {ratio} of the default's {what}.",
            one.choice
        ),
        "undecided" => format!(
            "{runtime}: {} did best in the search, but held-out traffic leaves it undecided ({ratio} of the default's {what}).",
            one.choice
        ),
        word if ratio.is_empty() => format!(
            "{runtime}, {what}: {} did best in the search; {word}.",
            one.choice
        ),
        word => format!(
            "{runtime}: {} did best in the search; on held-out traffic: {word} ({ratio} of the default's {what}).",
            one.choice
        ),
    }
}

fn ratio_words(against: &Against) -> String {
    format!(
        "{:.3}× ({:.3} to {:.3})",
        against.ratio, against.low, against.high
    )
}

fn confirmations(runtime: &RuntimeTuning) -> Table {
    let mut table = Table::new("Winners, confirmed on held-out traffic")
        .words("For")
        .words("Choice")
        .words("Verdict")
        .words("A/A control");
    let shown: Vec<Quantity> = told(
        &runtime
            .confirmations
            .iter()
            .map(|one| one.objective)
            .collect::<Vec<_>>(),
    );
    for quantity in &shown {
        table = table.numbers(quantity.title(), "ratio");
    }
    for one in &runtime.confirmations {
        let tone = match one.word.as_str() {
            "better" => Tone::Good,
            "worse" => Tone::Bad,
            _ => Tone::Muted,
        };
        let mut row = vec![
            one.objective.title().into(),
            Entry::toned(one.choice.to_string(), Tone::Code),
            Entry::toned(one.word.as_str(), tone),
            match (one.candidate.is_some(), one.trusted) {
                (false, _) => "",
                _ if !one.was_heard() => "not heard",
                (true, true) => "held",
                (true, false) => "did not hold",
            }
            .into(),
        ];
        row.extend(shown.iter().map(|quantity| {
            let ratio = one.held_out.get(quantity).map(ratio_words);
            Entry::from(ratio.unwrap_or_default())
        }));
        table.row(row);
    }
    table
}

fn copyable(one: &TuneConfirmation) -> Part {
    let mut table = Table::new("").words("Step").words("What");
    let code = |text: &str| Entry::toned(text, Tone::Code);
    for command in &one.copy.commands {
        table.row(vec!["run".into(), code(command)]);
    }
    for (file, text) in &one.copy.configuration {
        table.row(vec![format!("write to {file}").into(), code(text)]);
    }
    if !one.copy.module.is_empty() {
        table.row(vec!["the module".into(), code(&one.copy.module)]);
    }
    if !one.copy.measure.is_empty() {
        table.row(vec!["measure it".into(), code(&one.copy.measure)]);
    }
    Part::table(table).titled(format!("To copy, for {}", one.objective.title()))
}

fn worth_part(runtime: &RuntimeTuning, quantity: Quantity) -> Part {
    let mut own: Vec<&Worth> = runtime
        .worths
        .iter()
        .filter(|worth| worth.quantity == quantity)
        .collect();
    own.sort_by(|a, b| a.against_default.ratio.total_cmp(&b.against_default.ratio));
    let title = format!("What each level is worth by itself: {}", quantity.title());
    let bars = own.iter().map(|worth| {
        let against = &worth.against_default;
        let ink = match worth.word {
            WorthWord::Better => Ink::Good,
            WorthWord::Worse => Ink::Bad,
            WorthWord::Same | WorthWord::Noise => Ink::Muted,
        };
        Bar::new(
            format!("{}={}", worth.factor, worth.level),
            against.ratio,
            ink,
        )
        .interval(Some(Interval {
            low: against.low,
            high: against.high,
        }))
    });
    let chart = Chart::ratios(title.clone(), bars.collect());
    let mut table = Table::new(title)
        .words("Factor")
        .words("Level")
        .numbers("Ratio to the default", "")
        .numbers("Interval", "")
        .numbers("Blocks", "")
        .words("Verdict");
    for worth in own {
        let against = &worth.against_default;
        let tone = match worth.word {
            WorthWord::Better => Tone::Good,
            WorthWord::Worse => Tone::Bad,
            WorthWord::Same | WorthWord::Noise => Tone::Muted,
        };
        table.row(vec![
            worth.factor.as_str().into(),
            Entry::toned(worth.level.as_str(), Tone::Code),
            format!("{:.3}", against.ratio).into(),
            format!("{:.3} to {:.3}", against.low, against.high).into(),
            against.n.to_string().into(),
            Entry::toned(worth.word.words(), tone),
        ]);
    }
    Part::chart_and_table(chart, table)
}

fn everything(runtime: &RuntimeTuning) -> Table {
    let mut table = Table::new("Everything that raced")
        .numbers("No", "")
        .words("Choice")
        .words("What became of it");
    let shown: Vec<Quantity> = told(&[]);
    for quantity in &shown {
        table = table.numbers(quantity.title(), "");
    }
    for row in &runtime.candidates {
        let (fate, reason) = fate_words(&row.fate);
        let fate = match reason {
            "" => fate.to_owned(),
            reason => format!("{fate}: {reason}"),
        };
        let name = match row.control {
            true => "default (A/A control)".to_owned(),
            false => row.choice.to_string(),
        };
        let mut line = vec![
            row.number.to_string().into(),
            Entry::toned(name, Tone::Code),
            fate.into(),
        ];
        line.extend(shown.iter().map(|quantity| {
            let value = row
                .values
                .get(quantity)
                .map(|value| quantity.show(value.median));
            Entry::from(value.unwrap_or_default())
        }));
        table.row(line);
    }
    table
}
