"""Generates the wire types of proto/ into the client SDK, or into another folder given as the first argument."""

import os
import subprocess
import sys
from pathlib import Path

__all__ = ["generate"]

ROOT = Path(__file__).resolve().parent.parent
COMMITTED = ROOT / "client" / "src"


def generate(out: Path) -> None:
    """Write modules and type stubs of every .proto below `out`; raise CalledProcessError where protoc refuses one."""
    sources = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("proto/flexauth/**/*.proto"))
    kinds = ["--python_out", "--pyi_out", "--grpc_python_out", "--mypy_grpc_out=quiet"]
    outputs = [f"{kind}:{out}" if "=" in kind else f"{kind}={out}" for kind in kinds]
    plugins = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    subprocess.run(
        [sys.executable, "-m", "grpc_tools.protoc", "--proto_path=proto", *outputs, *sources],
        cwd=ROOT,
        env={**os.environ, "PATH": plugins},
        check=True,
    )


if __name__ == "__main__":
    generate(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else COMMITTED)
