//! Where a campaign's results go.

use std::path::{Path, PathBuf};

use reports::{CampaignFolder, Shard};

use crate::cli::Preset;
use crate::error::Error;

/// Makes a folder named after the moment, the preset and the shard; a second campaign within
/// the same second gets a number.
pub(crate) fn create(
    output: &Path,
    preset: Preset,
    shard: Option<Shard>,
) -> Result<(String, CampaignFolder), Error> {
    let shard = shard.map(|shard| format!("-{}of{}", shard.number, shard.of));
    let word = format!("{}{}", preset.word(), shard.unwrap_or_default());
    let (id, path) = name(output, &word);
    Ok((id, CampaignFolder::create(path)?))
}

/// The id of a campaign that begins now, and its folder, which does not exist yet.
pub(crate) fn name(output: &Path, word: &str) -> (String, PathBuf) {
    let moment = jiff::Timestamp::now().strftime("%Y%m%d-%H%M%S").to_string();
    let stem = format!("{moment}-{word}");
    for number in 1.. {
        let id = if number == 1 {
            stem.clone()
        } else {
            format!("{stem}-{number}")
        };
        let path = output.join(&id);
        if !path.exists() {
            return (id, path);
        }
    }
    unreachable!("there are more numbers than folders")
}

impl Preset {
    /// The word used in files.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Preset::Quick => "quick",
            Preset::Full => "full",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn campaigns_of_the_same_second_get_folders_of_their_own() {
        let output = tempfile::tempdir().expect("a folder");
        let ids: Vec<String> = (0..3)
            .map(|_| create(output.path(), Preset::Quick, None).expect("made").0)
            .collect();
        let unique: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(unique.len(), 3, "{ids:?}");
    }
}
