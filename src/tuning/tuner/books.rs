//! What is kept of the campaign: a line for each candidate, and the modules that won.

use std::fs;
use std::io::Write as _;

use reports::{CandidateRow, Choice, Copyable, Fate, RuntimeTuning};
use runtimes::RuntimeEntry;

use super::campaign::Campaign;
use super::race::Race;
use crate::error::Error;
use crate::tuning::tool::quoted;
use crate::tuning::{OUTPUT, knobs};

/// The default's module in the folder.
const DEFAULT_MODULE: &str = "modules/default.wasm";

impl Campaign<'_> {
    /// Writes the lines of the candidates that have ended.
    pub(super) fn note(&mut self, race: &mut Race) -> Result<(), Error> {
        self.write_rows(race, |fate| *fate != Fate::Racing)
    }

    fn write_rows(&mut self, race: &mut Race, ended: impl Fn(&Fate) -> bool) -> Result<(), Error> {
        let contestants = race.search.contestants();
        race.written.resize(contestants.len(), false);
        for (number, one) in contestants.iter().enumerate() {
            // What is settled may come back when what helped is put together.
            let written = std::mem::replace(&mut race.written[number], ended(&one.fate));
            if written || !ended(&one.fate) {
                continue;
            }
            let row = CandidateRow::of(number, &race.entry.id, one, &race.search);
            self.append(&row)?;
        }
        Ok(())
    }

    fn append(&mut self, row: &CandidateRow) -> Result<(), Error> {
        let mut line = serde_json::to_string(row)?;
        line.push('\n');
        let path = self.folder.join("candidates.jsonl");
        self.books.write_all(line.as_bytes()).map_err(Error::io(
            &path,
            "append a candidate",
            "check space and permissions",
        ))
    }

    /// Books a runtime's part, however far it came.
    pub(super) fn finish(&mut self, race: &Race) -> Result<(), Error> {
        let copy = |choice: &Choice| self.copy(race.entry, choice);
        let runtime = RuntimeTuning::of(&race.entry.id, &race.factors, &race.search, copy);
        for row in &runtime.candidates {
            if row.fate == Fate::Racing {
                self.append(row)?;
            }
        }
        let failed = runtime.candidates.first().map(|row| &row.fate);
        if let Some(Fate::Failed { reason }) = failed {
            self.tuning.cautions.push(format!(
                "{}: the default itself failed: {reason}",
                race.entry.id
            ));
        }
        self.tuning.runtimes.push(runtime);
        Ok(())
    }

    fn copy(&self, entry: &RuntimeEntry, choice: &Choice) -> Copyable {
        let mut copy = self.builds.copy(choice);
        if self.builds.compiler.is_none() {
            let given = match &self.arguments.source {
                Some(path) => path.clone(),
                None => self.folder.join(DEFAULT_MODULE),
            };
            let given = quoted(&given.display().to_string());
            copy.commands.insert(0, format!("cp {given} {OUTPUT}"));
        }
        let opening = knobs::opening(entry, choice, self.arguments.deadline);
        let (how, with) = (opening.options(), &self.options);
        copy.measure = format!("pwbench run {how} --module {OUTPUT} {with}");
        let knobs: Vec<String> = opening
            .knobs
            .iter()
            .map(|(knob, value)| format!("{knob}={value}"))
            .collect();
        if !knobs.is_empty() || opening.runtime != entry.id {
            let what = [vec![opening.runtime.clone()], knobs].concat().join(" ");
            copy.configuration
                .push(("the engine's configuration".to_owned(), what));
        }
        copy
    }

    /// Keeps the modules of the default and of the winners.
    pub(super) fn keep_modules(&mut self) -> Result<(), Error> {
        let folder = self.folder.join("modules");
        fs::create_dir_all(&folder).map_err(Error::io(
            &folder,
            "make the folder",
            "check space and permissions",
        ))?;
        self.builds
            .keep_module(&Choice::default(), &self.folder.join(DEFAULT_MODULE))?;
        for runtime in &mut self.tuning.runtimes {
            for one in &mut runtime.confirmations {
                if one.candidate.is_none() {
                    continue;
                }
                let engine = runtime.runtime.replace('/', "-");
                let name = format!("modules/{engine}-{}.wasm", one.objective.word());
                if self
                    .builds
                    .keep_module(&one.choice, &self.folder.join(&name))?
                {
                    one.copy.module = name;
                }
            }
        }
        Ok(())
    }
}
