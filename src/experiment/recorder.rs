//! The campaign's books: every trial goes to disk at once.

use std::time::Instant;

use reports::{Campaign, CampaignFolder, TrialRecord};

use crate::error::Error;

/// Writes trials and the campaign as they come, and keeps account of the time.
pub(crate) struct Recorder {
    pub(crate) folder: CampaignFolder,
    pub(crate) campaign: Campaign,
    begin: Instant,
}

impl Recorder {
    /// Books for a campaign that begins now.
    pub(crate) fn new(folder: CampaignFolder, campaign: Campaign) -> Result<Self, Error> {
        folder.write_campaign(&campaign)?;
        Ok(Self {
            folder,
            campaign,
            begin: Instant::now(),
        })
    }

    /// Appends a trial.
    pub(crate) fn append(&mut self, mut record: TrialRecord) -> Result<(), Error> {
        record.campaign.clone_from(&self.campaign.id);
        if let Some(measurement) = &record.measurement {
            self.account(
                measurement.regions.measured_ns,
                measurement.regions.compile_ns,
            );
        }
        self.folder.append(&record)?;
        Ok(())
    }

    /// Books time spent measuring and compiling.
    pub(crate) fn account(&mut self, measured_ns: u64, compile_ns: u64) {
        let wall = &mut self.campaign.wall;
        wall.in_trials_measured_ns += measured_ns;
        wall.in_compilation_ns += compile_ns;
    }

    /// Time since the campaign began.
    pub(crate) fn elapsed(&self) -> std::time::Duration {
        self.begin.elapsed()
    }

    /// Writes `campaign.json` as it stands.
    pub(crate) fn save(&mut self) -> Result<(), Error> {
        self.campaign.wall.total_ns = u64::try_from(self.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.folder.write_campaign(&self.campaign)?;
        Ok(())
    }
}
