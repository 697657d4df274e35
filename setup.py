"""The native core `flexauth._core`; everything else about the distribution is in pyproject.toml."""

import os

from Cython.Build import cythonize
from setuptools import Extension, setup

# FLEXAUTH_CYTHON_COVERAGE=1 builds a core whose lines `coverage` can follow: slow, for the coverage target alone.
TRACE = os.environ.get("FLEXAUTH_CYTHON_COVERAGE") == "1"

CORE = Extension(
    "flexauth._core",
    ["flexauth/_core.pyx"],
    extra_compile_args=["-O3"],
    define_macros=[("CYTHON_TRACE_NOGIL", "1")] if TRACE else [],
)

setup(
    ext_modules=cythonize(
        [CORE],
        compiler_directives={
            "language_level": 3,
            "boundscheck": False,
            "wraparound": False,
            "cdivision": True,
            "linetrace": TRACE,
        },
    ),
)
