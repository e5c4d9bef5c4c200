"""The guests there are: the variants of workloads/*/workload.toml, and crates elsewhere."""

import tomllib

from .common import BUILT, ROOT
from .language import LanguageGuest
from .recipes import RECIPES
from .rust import RustGuest

# Guest crates outside workloads/: source folder and module.
CRATES = [("host-core/conformance/puppet", "host-core/conformance/prebuilt/puppet.wasm")]
# What a variant takes over from the one that its `of` names.
INHERITED = ("language", "flags", "source", "target", "configuration")


def variants(workload):
    """The variants of a workload.toml, each with what it takes over."""
    known = {}
    for variant in workload["variant"]:
        base = known.get(variant.get("of"), {})
        known[variant["name"]] = {key: base[key] for key in INHERITED if key in base} | variant
    return known.values()


def guests_of(file):
    """The guests of one workload.toml; each module once."""
    workload, folder, seen = tomllib.loads(file.read_text()), file.parent, set()
    for variant in variants(workload):
        if "source" not in variant:
            continue
        name, language = variant["name"], variant["language"]
        source = (folder / variant["source"]).resolve()
        committed = "module" in variant
        out = (folder / variant["module"]).resolve() if committed else BUILT / f"{workload['name']}-{name}.wasm"
        # Variants that differ in their configuration share a module.
        if out in seen:
            continue
        seen.add(out)
        common = dict(workload=workload["name"], variant=name, source=source, out=out,
                      flags=variant["flags"], optimise=variant.get("wasm_opt", ""))
        if language == "Rust":
            guest = RustGuest(**common, target=variant.get("target", "wasm32-wasip1"))
        elif language in RECIPES:
            guest = LanguageGuest(**common, language=language)
        else:
            continue
        guest.groups, guest.committed = variant.get("groups", []), committed
        guest.scratch = scratch(workload, variant, folder)
        yield guest


def scratch(workload, variant, folder):
    """A workload.toml with this variant alone, whose module is to lie beside it; None where it
    needs a backend for models."""
    if "inference" in variant:
        return None
    files = {"traffic": workload["traffic"], "configuration": variant.get("configuration", workload.get("configuration"))}
    lines = [f'{key} = "{workload[key]}"' for key in ("name", "title", "root_id")] + ['description = "A rebuild."']
    lines += [f'{key} = "{(folder / file).resolve()}"' for key, file in files.items() if file]
    return "\n".join([*lines, "[[variant]]", f'name = "{variant["name"]}"', 'module = "rebuilt.wasm"', ""])


def project_guests():
    """Every guest of the project."""
    seen = set()
    for file in sorted((ROOT / "workloads").glob("*/workload.toml")):
        for guest in guests_of(file):
            # Workloads may share a module too.
            if guest.out not in seen:
                seen.add(guest.out)
                yield guest
    for crate, out in CRATES:
        source = ROOT / crate
        if source.is_dir():
            guest = RustGuest(source.name, "", source, ROOT / out)
            guest.groups, guest.committed, guest.scratch = [], True, None
            yield guest
