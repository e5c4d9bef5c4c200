//! The campaign's books: every trial goes to disk at once.

use reports::{ContentionCampaign, ContentionFolder, ContentionTrial};

use crate::error::Error;

/// Writes trials and the campaign as they come.
pub(super) struct Recorder {
    pub(super) folder: ContentionFolder,
    pub(super) campaign: ContentionCampaign,
}

impl Recorder {
    /// Books for a campaign that begins now.
    pub(super) fn new(
        folder: ContentionFolder,
        campaign: ContentionCampaign,
    ) -> Result<Self, Error> {
        let recorder = Self { folder, campaign };
        recorder.save()?;
        Ok(recorder)
    }

    /// Appends a trial.
    pub(super) fn append(&self, trial: &ContentionTrial) -> Result<(), Error> {
        Ok(self.folder.append(trial)?)
    }

    /// Writes `campaign.json` as it stands.
    pub(super) fn save(&self) -> Result<(), Error> {
        Ok(self.folder.write_campaign(&self.campaign)?)
    }
}
