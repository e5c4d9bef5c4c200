//! Fields that must make sense, one by one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reports::Figure;
use toml::Spanned;

use super::document::Document;
use super::model::Base;
use super::written::{WrittenAmount, WrittenBase};
use crate::cli::percent;
use crate::error::Error;
use crate::gate::amount;

impl Document<'_> {
    pub(super) fn base(
        &self,
        written: &Spanned<WrittenBase>,
        module: &Path,
        folder: &Path,
    ) -> Result<Base, Error> {
        let base = written.get_ref();
        let given = [
            base.file.is_some(),
            base.git.is_some(),
            base.pwbench.is_some(),
        ];
        if given.iter().filter(|given| **given).count() != 1 {
            return Err(self.at(
                written.span(),
                "the base is not clear".to_owned(),
                "give exactly one of file, git and pwbench in [base]",
            ));
        }
        if base.git.is_none() && (base.build.is_some() || base.path.is_some()) {
            return Err(self.at(
                written.span(),
                "build and path belong to git".to_owned(),
                "leave them out, or give git",
            ));
        }
        if let Some(revision) = &base.git {
            return Ok(Base::Git {
                revision: revision.clone(),
                build: base.build.clone(),
                path: base.path.clone().unwrap_or_else(|| module.to_path_buf()),
            });
        }
        let there = |path: &Spanned<PathBuf>, what| {
            let whole = folder.join(path.get_ref());
            match whole.is_file() {
                true => Ok(whole),
                false => Err(self.at(
                    path.span(),
                    format!("there is no file {}", whole.display()),
                    what,
                )),
            }
        };
        match (&base.file, &base.pwbench) {
            (Some(file), _) => there(file, "give the base's module").map(Base::File),
            (_, Some(program)) => {
                there(program, "give another build of pwbench").map(Base::Pwbench)
            }
            _ => Err(self.at(written.span(), "the base is missing".to_owned(), "give one")),
        }
    }

    pub(super) fn runtimes(&self, written: &[Spanned<String>]) -> Result<Vec<String>, Error> {
        let one = |name: &Spanned<String>| {
            if runtimes::find(name.get_ref()).is_none() {
                return Err(self.at(
                    name.span(),
                    format!("there is no runtime `{}`", name.get_ref()),
                    "`pwbench list` names those there are",
                ));
            }
            Ok(name.get_ref().clone())
        };
        written.iter().map(one).collect()
    }

    pub(super) fn time(&self, written: &Spanned<u64>) -> Result<Duration, Error> {
        match *written.get_ref() {
            seconds @ 1..=86_400 => Ok(Duration::from_secs(seconds)),
            seconds => Err(self.at(
                written.span(),
                format!("{seconds} seconds cannot be measured for"),
                "give a whole number from 1 to 86400",
            )),
        }
    }

    pub(super) fn limits(
        &self,
        written: &BTreeMap<Figure, Spanned<String>>,
    ) -> Result<BTreeMap<Figure, f64>, Error> {
        let one = |(figure, text): (&Figure, &Spanned<String>)| match percent(text.get_ref()) {
            Ok(share) if share > 0.0 || figure.is_counted() => Ok((*figure, share)),
            Ok(_) => Err(self.at(
                text.span(),
                "what is measured in samples cannot be held to 0 %".to_owned(),
                "give at least 0.5%",
            )),
            Err(_) => Err(self.at(
                text.span(),
                format!("`{}` is no share", text.get_ref()),
                "give one such as \"1%\"",
            )),
        };
        written.iter().map(one).collect()
    }

    pub(super) fn ceilings(
        &self,
        written: &BTreeMap<Figure, Spanned<WrittenAmount>>,
    ) -> Result<BTreeMap<Figure, f64>, Error> {
        let one = |(figure, amount): (&Figure, &Spanned<WrittenAmount>)| {
            let text = match amount.get_ref() {
                WrittenAmount::Whole(number) => number.to_string(),
                WrittenAmount::Text(text) => text.clone(),
            };
            match amount::parse(*figure, &text) {
                Ok(value) if value <= 0.0 && !figure.is_counted() => Err(self.at(
                    amount.span(),
                    format!("nothing has a {} of 0", figure.title()),
                    "give an amount above 0",
                )),
                Ok(value) => Ok((*figure, value)),
                Err(remedy) => Err(self.at(
                    amount.span(),
                    format!("`{text}` is no {}", figure.title()),
                    remedy,
                )),
            }
        };
        written.iter().map(one).collect()
    }
}
