"""Stand-ins for symbols that newer C and C++ libraries have and this machine's lack.

Each does what the older function of the same purpose does. The C23 number parsers also
accept 0b prefixes, which nothing here writes.
"""

HEAD = """\
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>
"""

PARSER = "{type} __isoc23_{name}(const {char} *s, {char} **e, int b) {{ return {name}(s, e, b); }}"

STAND_INS = {
    f"__isoc23_{name}": PARSER.format(type=kind, name=name, char=char)
    for name, kind, char in [
        ("strtol", "long", "char"),
        ("strtoul", "unsigned long", "char"),
        ("strtoll", "long long", "char"),
        ("strtoull", "unsigned long long", "char"),
        ("wcstol", "long", "wchar_t"),
    ]
} | {
    "__isoc23_sscanf": """\
int __isoc23_sscanf(const char *s, const char *f, ...) {
  va_list a; va_start(a, f); int n = vsscanf(s, f, a); va_end(a); return n; }""",
    "__isoc23_scanf": """\
int __isoc23_scanf(const char *f, ...) {
  va_list a; va_start(a, f); int n = vscanf(f, a); va_end(a); return n; }""",
    # These left out the error number of the old ones. The remainder of two doubles is a
    # double, so that the way over long double loses nothing.
    "fmod": "double fmod(double x, double y) { return (double)fmodl(x, y); }",
    "fmodf": "float fmodf(float x, float y) { return (float)fmodl(x, y); }",
    "sqrtf": "float sqrtf(float x) { return __builtin_sqrtf(x); }",
    # Where GCC 14 ends a function that must not throw and did.
    "__cxa_call_terminate": """\
void *__cxa_begin_catch(void *); void _ZSt9terminatev(void);
void __cxa_call_terminate(void *p) { if (p) __cxa_begin_catch(p); _ZSt9terminatev(); }""",
    # Newer C++ libraries initialise their streams themselves, older ones in each user.
    "_ZSt21ios_base_library_initv": "void _ZSt21ios_base_library_initv(void) {}",
}


def source(symbols):
    """C source of the stand-ins for `symbols`."""
    return "\n".join([HEAD, *(STAND_INS[symbol] for symbol in sorted(symbols)), ""])
