"""The manifest.toml beside modules: what each was built from, with what, and its sha256."""

import tomllib


def read(folder):
    """The entries of a folder's manifest by module file name."""
    file = folder / "manifest.toml"
    if not file.is_file():
        return {}
    return {entry["file"]: entry for entry in tomllib.loads(file.read_text()).get("module", [])}


def write(folder, entries):
    lines = ["# Written by scripts/build-workloads, which also checks it.", ""]
    for name in sorted(entries):
        lines.append("[[module]]")
        for key, value in entries[name].items():
            lines.append(f"{key} = {value}" if isinstance(value, int) else f'{key} = "{value}"')
        lines.append("")
    # In one step: pwbench may be reading it.
    new = folder / "manifest.toml.new"
    new.write_text("\n".join(lines[:-1]) + "\n")
    new.replace(folder / "manifest.toml")
