//! Plugins: the fields of Envoy's `PluginConfig`, and ours.

use base64::Engine as _;
use host_core::{FailPolicy, Isolation};

use super::field::Field;
use super::node::Value;
use super::{ConfigError, PluginConfig};

const MEMORY_LIMIT: u64 = 1 << 30;

/// What a file is read with.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Defaults<'a> {
    /// The runtime of every plugin, whatever the file says.
    pub(super) runtime: Option<&'a str>,
}

/// A plugin.
pub(super) fn plugin(at: &Field<'_>, defaults: Defaults<'_>) -> Result<PluginConfig, ConfigError> {
    at.only(&[
        "name",
        "root_id",
        "vm_config",
        "configuration",
        "fail_open",
        "failure_policy",
        "isolation",
        "limits",
    ])?;
    let vm = at.need("vm_config")?;
    vm.only(&[
        "vm_id",
        "runtime",
        "code",
        "precompiled",
        "configuration",
        "environment_variables",
        "allow_precompiled",
    ])?;
    let limits = at.get("limits")?;
    if let Some(limits) = &limits {
        limits.only(&["deadline", "memory"])?;
    }
    let (deadline, memory_limit) = match &limits {
        None => (None, MEMORY_LIMIT),
        Some(limits) => (
            limits.time_or("deadline", None)?,
            limits.size_or("memory", MEMORY_LIMIT, 4 << 30)?,
        ),
    };
    let precompiled = match vm.get("precompiled")? {
        Some(file) if vm.flag("allow_precompiled")? => Some(file.need("filename")?.path()?),
        Some(file) => {
            return Err(file.error(
                "artifacts are trusted machine code and are not allowed here",
                "set `allow_precompiled: true` if it is yours",
            ));
        }
        None => None,
    };
    Ok(PluginConfig {
        name: at.text_or_empty("name")?,
        root_id: at.text_or_empty("root_id")?,
        vm_id: vm.text_or_empty("vm_id")?,
        runtime: runtime(&vm, defaults)?,
        code: code(&vm)?,
        precompiled,
        vm_configuration: configuration(&vm)?,
        environment: environment(&vm)?,
        configuration: configuration(at)?,
        policy: policy(at)?,
        isolation: isolation(at)?,
        deadline,
        memory_limit,
    })
}

fn policy(at: &Field<'_>) -> Result<FailPolicy, ConfigError> {
    let open = match at.get("failure_policy")? {
        Some(policy) => match policy.text()?.as_str() {
            "FAIL_OPEN" => true,
            "FAIL_CLOSED" | "UNSPECIFIED" => false,
            "FAIL_RELOAD" => {
                policy.note("a VM is always built again here, and the stream that ended it fails");
                false
            }
            other => {
                return Err(policy.error(
                    format!("`{other}` is no policy"),
                    "use FAIL_CLOSED, FAIL_OPEN or FAIL_RELOAD",
                ));
            }
        },
        None => at.flag("fail_open")?,
    };
    Ok(if open {
        FailPolicy::Open
    } else {
        FailPolicy::Closed
    })
}

fn isolation(at: &Field<'_>) -> Result<Isolation, ConfigError> {
    let Some(field) = at.get("isolation")? else {
        return Ok(Isolation::Thread);
    };
    field
        .text()?
        .parse()
        .map_err(|error: host_core::ParseIsolationError| {
            let text = error.to_string();
            let (what, remedy) = text
                .split_once(": ")
                .unwrap_or((&text, "use shared or thread"));
            field.error(what, remedy)
        })
}

/// The runtime: an id of ours, or Envoy's name for an engine.
fn runtime(vm: &Field<'_>, defaults: Defaults<'_>) -> Result<String, ConfigError> {
    if let Some(runtime) = defaults.runtime {
        return Ok(runtime.to_owned());
    }
    let Some(field) = vm.get("runtime")? else {
        return Ok(runtimes::reference().to_owned());
    };
    let name = field.text()?;
    let Some(engine) = name.strip_prefix("envoy.wasm.runtime.") else {
        return known(&field, name);
    };
    // The mode that Envoy itself is built with.
    let wanted = match engine {
        "v8" => "v8/turbofan",
        "wasmtime" => "wasmtime/cranelift",
        "wamr" => "wamr/fast-interp",
        "wasmedge" => "wasmedge/interp",
        _ => "",
    };
    if runtimes::find(wanted).is_some() {
        return Ok(wanted.to_owned());
    }
    let of_engine = runtimes::catalogue()
        .iter()
        .find(|entry| entry.engine == engine);
    let instead = of_engine.map_or(runtimes::reference(), |entry| entry.id.as_str());
    field.note(&format!(
        "`{name}` is not built in, so {instead} runs this plugin"
    ));
    Ok(instead.to_owned())
}

fn known(field: &Field<'_>, name: String) -> Result<String, ConfigError> {
    match runtimes::select(std::slice::from_ref(&name)) {
        Ok(found) if found.len() == 1 => Ok(found[0].id.clone()),
        Ok(found) => {
            let ids: Vec<_> = found.iter().map(|entry| entry.id.as_str()).collect();
            Err(field.error(
                format!("`{name}` may be several runtimes"),
                format!("name one of {}", ids.join(", ")),
            ))
        }
        Err(error) => Err(field.error(format!("there is no runtime `{name}`"), error.suggestion)),
    }
}

fn code(vm: &Field<'_>) -> Result<std::path::PathBuf, ConfigError> {
    let code = vm.need("code")?;
    code.only(&["local"])?;
    match code.get("local")? {
        Some(local) => {
            local.only(&["filename"])?;
            local.need("filename")?.path()
        }
        None => Err(code.error(
            "only local files can be loaded",
            "fetch the module and give `local: { filename: FILE.wasm }`",
        )),
    }
}

fn environment(vm: &Field<'_>) -> Result<Vec<(String, String)>, ConfigError> {
    let Some(at) = vm.get("environment_variables")? else {
        return Ok(Vec::new());
    };
    at.only(&["host_env_keys", "key_values"])?;
    let mut variables = Vec::new();
    for key in at.list("host_env_keys")? {
        let key = key.text()?;
        if let Ok(value) = std::env::var(&key) {
            variables.push((key, value));
        }
    }
    if let Some(given) = at.get("key_values")? {
        for (key, value) in given.fields()? {
            variables.push((key.to_owned(), value.text()?));
        }
    }
    Ok(variables)
}

/// The field `configuration`: a text as it is, a mapping or list as JSON; or one of the types
/// that Envoy wraps them in.
fn configuration(at: &Field<'_>) -> Result<Vec<u8>, ConfigError> {
    let Some(field) = at.get("configuration")? else {
        return Ok(Vec::new());
    };
    let kind = match &field.node.value {
        Value::Map(_) => field.text_or_empty("@type")?,
        _ => String::new(),
    };
    let message = kind.rsplit(['/', '.']).next().unwrap_or_default();
    match message {
        "StringValue" => Ok(field.need("value")?.text()?.into_bytes()),
        "BytesValue" => {
            let value = field.need("value")?;
            base64::engine::general_purpose::STANDARD
                .decode(value.text()?)
                .map_err(|error| value.error(error.to_string(), "give the bytes in base64"))
        }
        "Struct" | "TypedStruct" => json(&field.need("value")?),
        "" => json(&field),
        other => Err(field.error(
            format!("a configuration of type `{other}` is not known"),
            "use StringValue, BytesValue or Struct of google.protobuf",
        )),
    }
}

fn json(field: &Field<'_>) -> Result<Vec<u8>, ConfigError> {
    match &field.node.value {
        Value::Map(_) | Value::List(_) => Ok(field.node.to_json().to_string().into_bytes()),
        _ => Ok(field.text()?.into_bytes()),
    }
}
