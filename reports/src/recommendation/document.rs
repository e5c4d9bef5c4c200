//! A recommendation as people read it.

use super::judge::{Candidate, Met, Recommendation, Standing};
use super::quantity::Quantity;
use crate::document::{Document, Part, Section};
use crate::tables::{Entry, Table, Tone};
use std::collections::BTreeSet;

impl Recommendation {
    /// The answer, every runtime with every need, and why those that fail do.
    pub fn document(&self) -> Document {
        let best = self.best();
        Document {
            title: "pwbench recommend".to_owned(),
            subject: format!("Runtimes for {}", self.needs.join(", ")),
            headline: self.headline(),
            decided: best.is_some(),
            certainty:
                "Met and missed mean that the whole 95 % interval of the median over blocks lies \
                        on one side of the limit; where the A/A control failed, by as much as it \
                        differed from itself."
                    .to_owned(),
            points: self.points(),
            cautions: self.cautions.clone(),
            facts: vec![
                ("Workloads".to_owned(), self.workloads.join(", ")),
                ("Campaign".to_owned(), self.campaign.clone()),
            ],
            sections: vec![
                Section::new("runtimes", "Runtimes")
                    .part(Part::table(self.overview()))
                    .part(Part::table(self.missing())),
                Section::new("features", "Features and facts")
                    .part(Part::table(self.features()).evidence())
                    .part(Part::table(self.facts()).evidence()),
            ],
            footer: "Made by pwbench.".to_owned(),
        }
    }

    fn headline(&self) -> String {
        let count = |standing| {
            let all = self.candidates.iter();
            all.filter(|one| one.standing == standing).count()
        };
        if let Some(best) = self.best() {
            return match count(Standing::Meets) {
                1 => format!("Take {}: it alone meets every need.", best.runtime),
                all => format!(
                    "Take {}: of {all} runtimes that meet every need it costs least{}.",
                    best.runtime,
                    cost(best)
                        .map(|cost| format!(", {cost} of CPU a request"))
                        .unwrap_or_default()
                ),
            };
        }
        match self.candidates.first() {
            Some(first) if first.standing == Standing::NotSure => format!(
                "No runtime surely meets every need; {} may: nothing that is known speaks against it.",
                first.runtime
            ),
            Some(first) if first.standing == Standing::Fails => {
                let missed: Vec<String> = first
                    .findings
                    .iter()
                    .filter(|finding| finding.met == Met::No)
                    .map(|finding| format!("{} ({})", finding.need, finding.found))
                    .collect();
                format!(
                    "No runtime meets every need. {} comes nearest; it misses {}.",
                    first.runtime,
                    missed.join(", ")
                )
            }
            _ => "No runtime was measured.".to_owned(),
        }
    }

    fn points(&self) -> Vec<String> {
        let unsure = self
            .candidates
            .iter()
            .filter(|one| one.standing == Standing::NotSure)
            .map(|one| {
                let doubts: Vec<String> = one
                    .findings
                    .iter()
                    .filter(|finding| finding.met == Met::NotSure)
                    .map(|finding| format!("{} ({})", finding.need, finding.found))
                    .collect();
                format!("{}: not sure of {}.", one.runtime, doubts.join(", "))
            });
        unsure.collect()
    }

    fn overview(&self) -> Table {
        let mut table = Table::new("Which meet the needs")
            .words("Runtime")
            .words("Answer")
            .numbers("CPU", "a request");
        for need in &self.needs {
            table = table.words(need.clone());
        }
        for one in self.judged() {
            let mut row = vec![
                Entry::toned(one.runtime.as_str(), Tone::Strong),
                standing(one.standing),
                cost(one).unwrap_or_default().into(),
            ];
            for finding in &one.findings {
                let tone = match finding.met {
                    Met::Yes => Tone::Good,
                    Met::NotSure => Tone::Muted,
                    Met::No => Tone::Bad,
                };
                let word = match (finding.met, finding.value) {
                    (Met::Yes, None) => "yes",
                    (Met::No, None) => "no",
                    (Met::NotSure, None) => "not sure",
                    (Met::Yes, Some(_)) => "",
                    (Met::No, Some(_)) => "over: ",
                    (Met::NotSure, Some(_)) => "not sure: ",
                };
                let value = finding.value.map(|_| finding.found.as_str());
                row.push(Entry::toned(
                    format!("{word}{}", value.unwrap_or_default()),
                    tone,
                ));
            }
            table.row(row);
        }
        table
    }

    fn missing(&self) -> Table {
        let mut table = Table::new("Not measured").words("Runtime").words("Why");
        for one in &self.candidates {
            if one.standing == Standing::NotMeasured {
                table.row(vec![
                    one.runtime.as_str().into(),
                    one.reason.clone().unwrap_or_default().into(),
                ]);
            }
        }
        table
    }

    /// What every runtime has and lacks, asked for or not.
    fn features(&self) -> Table {
        let all = self.candidates.iter().flat_map(|one| one.features.keys());
        let words: BTreeSet<&String> = all.collect();
        let mut table = Table::new("What each runtime has").words("Runtime");
        for word in &words {
            table = table.words(word.as_str());
        }
        for one in self
            .candidates
            .iter()
            .filter(|one| !one.features.is_empty())
        {
            let mut row = vec![Entry::toned(one.runtime.as_str(), Tone::Strong)];
            row.extend(words.iter().map(|word| match one.features.get(*word) {
                Some(feature) if feature.has => Entry::toned("yes", Tone::Good),
                Some(_) => Entry::toned("no", Tone::Bad),
                None => Entry::toned("not known", Tone::Muted),
            }));
            table.row(row);
        }
        table
    }

    /// What engines' sources say, one row for each topic and engine.
    fn facts(&self) -> Table {
        let mut table = Table::new("What the engines' sources say")
            .words("Engine")
            .words("Topic")
            .words("What they say");
        let mut told = BTreeSet::new();
        for one in &self.candidates {
            let engine = one.runtime.split('/').next().unwrap_or_default();
            if !told.insert(engine) {
                continue;
            }
            for (topic, lines) in &one.says {
                table.row(vec![
                    Entry::toned(engine, Tone::Strong),
                    topic.as_str().into(),
                    lines.join(" ").into(),
                ]);
            }
        }
        table
    }

    fn judged(&self) -> impl Iterator<Item = &Candidate> {
        let all = self.candidates.iter();
        all.filter(|one| one.standing != Standing::NotMeasured)
    }
}

fn cost(candidate: &Candidate) -> Option<String> {
    Some(Quantity::Cpu.show(candidate.cpu_ns?))
}

fn standing(standing: Standing) -> Entry {
    match standing {
        Standing::Meets => Entry::toned("meets all", Tone::Good),
        Standing::NotSure => Entry::toned("not sure", Tone::Muted),
        Standing::Fails => Entry::toned("fails", Tone::Bad),
        Standing::NotMeasured => Entry::toned("not measured", Tone::Muted),
    }
}
