//! What a process is for, told from its command line without allocating.

use std::fs::File;
use std::io::Read as _;

/// Subcommands whose processes carry load.
const LOADED: [&[u8]; 3] = [b"serve", b"upstream", b"generate"];

/// Options that stand before the subcommand and have a value of their own.
const WITH_VALUE: [&[u8]; 1] = [b"--engine-lib"];

/// The longest beginning of a command line that is looked at, in bytes.
const LONGEST: usize = 8 << 10;

/// Whether this process carries load. False where the system does not show its command line.
pub(crate) fn carries_load() -> bool {
    let mut bytes = [0; LONGEST];
    let mut length = 0;
    let Ok(mut file) = File::open("/proc/self/cmdline") else {
        return false;
    };
    while let Ok(count @ 1..) = file.read(&mut bytes[length..]) {
        length += count;
    }
    is_loaded(&bytes[..length])
}

/// The arguments, each ended by NUL; the first is the program.
fn is_loaded(line: &[u8]) -> bool {
    let mut arguments = line.split(|byte| *byte == 0).skip(1);
    while let Some(argument) = arguments.next() {
        if WITH_VALUE.contains(&argument) {
            arguments.next();
        } else if !argument.starts_with(b"-") {
            return LOADED.contains(&argument);
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::is_loaded;

    #[test]
    fn the_subcommand_decides() {
        assert!(is_loaded(b"pwbench\0serve\0--config\0a.yaml\0"));
        assert!(is_loaded(b"pwbench\0--engine-lib\0run\0upstream\0"));
        assert!(is_loaded(b"pwbench\0--engine-lib=x\0generate\0"));
        assert!(!is_loaded(b"pwbench\0run\0serve\0"));
        assert!(!is_loaded(b"serve\0"));
        assert!(!is_loaded(b"pwbench\0trial\0"));
        assert!(!is_loaded(b""));
    }
}
