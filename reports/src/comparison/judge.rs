//! The judge: from sittings to one of four words for each question.

use super::{Figure, SamplePlan, Sitting, Stage};
use crate::statistics::{
    Control, PairedRatio, Policy, Word, constant_ratio, exact_ratio, holm, log_ratio,
};
use serde::{Deserialize, Serialize};

/// Level of the A/A control's interval before it is shared among questions.
const CONTROL_LEVEL: f64 = 0.99;

/// One thing that a comparison asks: a cell and a figure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// The cell, by its position.
    pub cell: usize,
    /// The figure, one that is measured in samples.
    pub figure: Figure,
    /// Differences smaller than this share do not matter.
    pub band: f64,
    /// Whether measuring goes on until this question is decided; others are
    /// answered as far as the values go.
    pub decides: bool,
    /// What the new side is held to in place of the base, in the figure's unit: the ratio is
    /// then the new side over this ceiling, and "slower" means above it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ceiling: Option<f64>,
}

impl Question {
    /// By how much a thing may differ from itself: as much as does not matter. A ceiling has
    /// no such band of its own.
    fn control_band(&self) -> f64 {
        match self.ceiling {
            Some(_) => Policy::default().control_band,
            None => self.band,
        }
    }

    /// The ratio that is asked for, in one stage's sittings.
    fn ratio(
        &self,
        stage: Stage,
        sittings: &[Sitting],
        level: f64,
        seed: u64,
    ) -> Option<PairedRatio> {
        let own = own(self, stage, sittings);
        match self.ceiling {
            Some(most) => {
                let logs =
                    own.filter_map(|sitting| Some((sitting.new_value(self.figure)? / most).ln()));
                constant_ratio(logs.collect(), level, self.band, seed)
            }
            None => {
                let logs = own.filter_map(|sitting| Some(sitting.contrast(self.figure)?.new));
                exact_ratio(logs.collect(), level, self.band, seed)
            }
        }
    }
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The question.
    pub question: Question,
    /// One of four words.
    pub word: Word,
    /// New over base, or over the ceiling, with the interval of the look that decided;
    /// `None` without values.
    pub ratio: Option<PairedRatio>,
    /// Level of that interval: 1 minus what the look spent.
    pub level: f64,
    /// Probability of the difference, Holm-adjusted over the questions that decide, or over
    /// those that are shown beside them.
    pub p_adjusted: f64,
    /// The A/A control in this figure.
    pub control: Option<Control>,
    /// What fresh processes said of a "slower".
    pub confirmation: Option<Confirmation>,
    /// Which look decided, counted from 1; 0 while it is open.
    pub look: usize,
    /// Median of the base's values, in the figure's unit.
    pub base: Option<f64>,
    /// Median of the new side's values.
    pub new: Option<f64>,
}

/// The second, independent look at a "slower".
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Confirmation {
    /// New over base in the confirmation's own blocks.
    pub ratio: PairedRatio,
    /// Whether it is slower there too.
    pub confirmed: bool,
}

/// Keeps the answers while a comparison runs. Sittings are looked at when the
/// plan says so and at no other time.
#[derive(Debug, Clone)]
pub struct Judge {
    plan: SamplePlan,
    seed: u64,
    answers: Vec<Answer>,
}

impl Judge {
    /// A judge of these questions.
    pub fn new(questions: Vec<Question>, plan: SamplePlan, seed: u64) -> Self {
        let open = |question| Answer {
            question,
            word: Word::Undecided,
            ratio: None,
            level: 1.0 - plan.alpha,
            p_adjusted: 1.0,
            control: None,
            confirmation: None,
            look: 0,
            base: None,
            new: None,
        };
        Judge {
            answers: questions.into_iter().map(open).collect(),
            plan,
            seed,
        }
    }

    /// The answers as they stand.
    pub fn answers(&self) -> &[Answer] {
        &self.answers
    }

    /// Whether a cell needs more blocks.
    pub fn is_open(&self, cell: usize) -> bool {
        let own = |answer: &&Answer| answer.question.cell == cell && answer.question.decides;
        let mut own = self.answers.iter().filter(own).peekable();
        own.any(|answer| answer.word == Word::Undecided)
    }

    /// Whether a cell has a "slower" to be confirmed.
    pub fn needs_confirmation(&self, cell: usize) -> bool {
        self.answers.iter().any(|answer| {
            answer.question.cell == cell
                && answer.word == Word::Slower
                && answer.confirmation.is_none()
        })
    }

    /// Look number `look`, counted from 0. `last` when no further blocks will
    /// be measured, because this is the plan's end or the time has run out;
    /// the look then spends all that is left.
    ///
    /// Answers that were found at an earlier look stand. Open ones are
    /// Holm-adjusted in their family, in which those found different before
    /// have been rejected first (group-sequential Holm). Questions that decide
    /// are a family, and those that are only shown another: what nobody has
    /// asked about must not hide what somebody has.
    pub fn look(&mut self, look: usize, last: bool, sittings: &[Sitting]) {
        let spending = self.plan.spending();
        let alpha = match last {
            true => spending.rest(look),
            false => spending.alpha(look),
        };
        let level = 1.0 - alpha;
        let deciding = self.answers.iter().filter(|answer| answer.question.decides);
        let deciding = deciding.count();
        let shown = self.answers.len() - deciding;
        for answer in &mut self.answers {
            if answer.look != 0 {
                continue;
            }
            let question = answer.question;
            answer.ratio = question.ratio(Stage::Main, sittings, level, self.seed);
            answer.level = level;
            let controls = own(&question, Stage::Main, sittings)
                .filter_map(|sitting| Some(sitting.contrast(question.figure)?.control))
                .collect();
            let family = if question.decides { deciding } else { shown };
            let control_level = 1.0 - (1.0 - CONTROL_LEVEL) / family.max(1) as f64;
            let band = question.control_band();
            answer.control = control_ratio(controls, control_level, band, self.seed)
                .map(|ratio| Control::of(ratio, band));
            (answer.base, answer.new) = medians(&question, sittings);
        }
        let adjusted = [true, false].map(|decides| {
            let own = self
                .answers
                .iter()
                .filter(|a| a.question.decides == decides);
            holm(&own.map(probability).collect::<Vec<f64>>()).into_iter()
        });
        let [mut of_deciding, mut of_shown] = adjusted;
        for answer in &mut self.answers {
            let next = match answer.question.decides {
                true => of_deciding.next(),
                false => of_shown.next(),
            };
            let p_adjusted = next.unwrap_or(1.0);
            let Some(ratio) = answer.ratio.filter(|_| answer.look == 0) else {
                continue;
            };
            answer.p_adjusted = p_adjusted;
            let trusted = answer.control.is_some_and(|control| control.trusted);
            let policy = Policy {
                band: answer.question.band,
                alpha,
                level,
                ..Policy::default()
            };
            answer.word = policy.word(&ratio, p_adjusted, trusted);
            if answer.word != Word::Undecided {
                answer.look = look + 1;
            }
        }
    }

    /// Hears the confirmation's sittings on every "slower" that has not been
    /// confirmed. It stands when they alone say so too: their estimate lies
    /// beyond the band, and the lower end of their one-sided 95 % interval
    /// above 1. Otherwise the word becomes [`Word::Undecided`].
    pub fn confirm(&mut self, sittings: &[Sitting]) {
        for answer in &mut self.answers {
            if answer.word != Word::Slower || answer.confirmation.is_some() {
                continue;
            }
            let question = answer.question;
            let again = question.ratio(Stage::Confirmation, sittings, 0.90, self.seed);
            answer.confirmation = again.map(|ratio| Confirmation {
                confirmed: ratio.n >= Policy::default().min_blocks
                    && ratio.estimate > 1.0 + question.band
                    && ratio.interval.low > 1.0,
                ratio,
            });
            if !answer.confirmation.is_some_and(|found| found.confirmed) {
                answer.word = Word::Undecided;
            }
        }
    }

    /// Why no verdict is possible at all: the A/A control of a question that
    /// decides has failed.
    pub fn objection(&self) -> Option<String> {
        let failed = self.answers.iter().find_map(|answer| {
            let control = answer.control.filter(|control| !control.trusted)?;
            answer
                .question
                .decides
                .then_some((answer.question, control))
        });
        failed.map(|(question, control)| {
            format!(
                "the same side measured twice differed: {} {:.4} ({:.4} to {:.4}, n = {})",
                question.figure,
                control.ratio.estimate,
                control.ratio.interval.low,
                control.ratio.interval.high,
                control.ratio.n
            )
        })
    }
}

/// The control's ratio; where there are too few values for the exact interval at its level,
/// the bootstrap's, which is narrower and so the stricter.
fn control_ratio(logs: Vec<f64>, level: f64, band: f64, seed: u64) -> Option<PairedRatio> {
    exact_ratio(logs.clone(), level, band, seed).or_else(|| log_ratio(logs, level, band, seed))
}

/// What an answer brings into the family's adjustment.
fn probability(answer: &Answer) -> f64 {
    match (answer.look, answer.word) {
        (0, _) => answer.ratio.map_or(1.0, |ratio| ratio.p),
        (_, Word::Same) => 1.0,
        _ => 0.0,
    }
}

fn own<'a>(
    question: &Question,
    stage: Stage,
    sittings: &'a [Sitting],
) -> impl Iterator<Item = &'a Sitting> + Clone {
    let cell = question.cell;
    sittings
        .iter()
        .filter(move |sitting| sitting.cell == cell && sitting.stage == stage)
}

fn medians(question: &Question, sittings: &[Sitting]) -> (Option<f64>, Option<f64>) {
    let own = own(question, Stage::Main, sittings);
    let values = |side: usize| {
        let own = own.clone();
        own.flat_map(move |sitting| {
            let [first, second] = [2 * side, 2 * side + 1].map(|index| sitting.players()[index]);
            [first, second]
                .into_iter()
                .filter_map(|player| player.value(question.figure, sitting.transactions))
        })
    };
    (
        crate::statistics::median(values(0)),
        crate::statistics::median(values(1)),
    )
}
