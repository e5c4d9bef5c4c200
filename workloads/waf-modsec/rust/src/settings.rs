//! How bodies are treated: the directives that the filter follows itself.

use crate::seclang::{Place, Refusal};

/// What becomes of a body beyond its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beyond {
    /// The message is refused.
    Reject,
    /// The part within the limit is examined, and the message passes on that.
    ProcessPartial,
}

/// Whether and how far bodies are examined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bodies {
    pub examined: bool,
    /// In bytes.
    pub limit: usize,
    pub beyond: Beyond,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    pub request: Bodies,
    pub response: Bodies,
    /// The media types of responses that are examined, in lower case.
    pub response_types: Vec<String>,
}

impl Default for Settings {
    /// Nothing is examined; the limits are ModSecurity's for text in memory.
    fn default() -> Self {
        let bodies = |limit, beyond| Bodies {
            examined: false,
            limit,
            beyond,
        };
        Self {
            request: bodies(131_072, Beyond::Reject),
            response: bodies(524_288, Beyond::ProcessPartial),
            response_types: ["text/plain", "text/html"].map(str::to_owned).into(),
        }
    }
}

impl Settings {
    /// Follows a directive that is one of these settings; answers whether it is.
    pub fn follow(
        &mut self,
        name: &str,
        arguments: &[String],
        place: &Place,
    ) -> Result<bool, Refusal> {
        let outcome = match (name.to_ascii_lowercase().as_str(), arguments) {
            ("secrequestbodyaccess", [value]) => on_or_off(value, &mut self.request.examined),
            ("secresponsebodyaccess", [value]) => on_or_off(value, &mut self.response.examined),
            ("secrequestbodylimit", [value]) => bytes(value, &mut self.request.limit),
            ("secresponsebodylimit", [value]) => bytes(value, &mut self.response.limit),
            ("secrequestbodylimitaction", [value]) => beyond(value, &mut self.request.beyond),
            ("secresponsebodylimitaction", [value]) => beyond(value, &mut self.response.beyond),
            ("secresponsebodymimetype", types) if !types.is_empty() => {
                self.response_types = types.iter().map(|it| it.to_ascii_lowercase()).collect();
                Ok(())
            }
            (
                "secrequestbodyaccess"
                | "secresponsebodyaccess"
                | "secrequestbodylimit"
                | "secresponsebodylimit"
                | "secrequestbodylimitaction"
                | "secresponsebodylimitaction"
                | "secresponsebodymimetype",
                others,
            ) => Err(format!("{} arguments; give one", others.len())),
            _ => return Ok(false),
        };
        match outcome {
            Ok(()) => Ok(true),
            Err(reason) => Err(Refusal::malformed(place, format!("{name}: {reason}"))),
        }
    }

    /// Whether a response with these headers has a body to examine: text of a
    /// listed type that no coding hides.
    pub fn examines_response(&self, content_type: &str, content_encoding: &str) -> bool {
        let kind = content_type.split(';').next().unwrap_or_default().trim();
        let plain =
            content_encoding.is_empty() || content_encoding.eq_ignore_ascii_case("identity");
        let listed = |it: &String| it.eq_ignore_ascii_case(kind);
        self.response.examined && plain && self.response_types.iter().any(listed)
    }
}

fn on_or_off(value: &str, setting: &mut bool) -> Result<(), String> {
    *setting = match value.to_ascii_lowercase().as_str() {
        "on" => true,
        "off" => false,
        _ => return Err(format!("'{value}'; use On or Off")),
    };
    Ok(())
}

fn bytes(value: &str, setting: &mut usize) -> Result<(), String> {
    let number = value.parse::<u32>().ok().filter(|bytes| *bytes > 0);
    let number = number.ok_or_else(|| format!("'{value}'; give a number of bytes above 0"))?;
    *setting = number as usize;
    Ok(())
}

fn beyond(value: &str, setting: &mut Beyond) -> Result<(), String> {
    *setting = match value.to_ascii_lowercase().as_str() {
        "reject" => Beyond::Reject,
        "processpartial" => Beyond::ProcessPartial,
        _ => return Err(format!("'{value}'; use Reject or ProcessPartial")),
    };
    Ok(())
}
