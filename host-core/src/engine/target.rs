//! The kind of processor this is, as far as generated code cares.

use std::sync::OnceLock;

macro_rules! detected {
    ($is_detected:ident: $($feature:tt)*) => {
        [$(($feature, std::arch::$is_detected!($feature))),*]
    };
}

/// Architecture, operating system and the optional instructions that compilers use:
/// machine code made for one such text must not run under another.
pub fn host_target() -> &'static String {
    static TARGET: OnceLock<String> = OnceLock::new();
    TARGET.get_or_init(|| {
        let mut text = format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS);
        for (feature, present) in features() {
            if present {
                text.push('+');
                text.push_str(feature);
            }
        }
        text
    })
}

#[cfg(target_arch = "x86_64")]
fn features() -> impl IntoIterator<Item = (&'static str, bool)> {
    detected!(is_x86_feature_detected:
        "sse3" "ssse3" "sse4.1" "sse4.2" "popcnt" "cmpxchg16b" "avx" "avx2" "fma" "bmi1"
        "bmi2" "lzcnt" "avxvnni" "avx512f" "avx512bw" "avx512dq" "avx512vl" "avx512bitalg"
        "avx512vbmi" "avx512vnni")
}

#[cfg(target_arch = "aarch64")]
fn features() -> impl IntoIterator<Item = (&'static str, bool)> {
    detected!(is_aarch64_feature_detected: "lse" "paca" "fp16" "dotprod" "i8mm")
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn features() -> impl IntoIterator<Item = (&'static str, bool)> {
    []
}
