//! A folder of JSON lines in which campaigns, comparisons and gates leave what they measured.

mod commit;
mod store;

pub(crate) use store::{append, append_campaign, read};
