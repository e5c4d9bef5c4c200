"""Guests in other languages than Rust, built as recipes.py says."""

import pathlib
import subprocess
import tempfile

from .common import Absent, Failure, shown
from .guest import Guest
from .recipes import RECIPES


class LanguageGuest(Guest):
    """A source folder whose compiler is the recipe's."""

    target = "wasm32"

    def __init__(self, workload, variant, source, out, language, flags, optimise=""):
        super().__init__(workload, variant, source, out, flags, optimise)
        self.route, self.recipe = language, RECIPES[language]

    def toolchain(self, route=None):
        toolchain = self.recipe.toolchain()
        if toolchain is None:
            raise Absent(f"no {self.route} compiler (scripts/language-toolchains {self.recipe.installer})")
        return toolchain

    def use_installed(self, toolchain):
        """Whether the compiler here is that one."""
        return self.recipe.toolchain() == toolchain

    def compile(self):
        with tempfile.TemporaryDirectory(prefix="guest-build-") as folder:
            module = pathlib.Path(folder) / "guest.wasm"
            try:
                self.recipe.build(self.source, module, self.flags)
            except subprocess.CalledProcessError as error:
                raise Failure(f"the {self.route} compiler failed for {shown(self.source)}") from error
            return module.read_bytes()
