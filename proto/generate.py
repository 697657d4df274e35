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
    protos = sorted(ROOT.glob("proto/flexauth/**/*.proto"))
    services = [path for path in protos if "\nservice " in path.read_text(encoding="utf-8")]
    protoc(["--python_out", "--pyi_out"], protos, out)
    protoc(["--grpc_python_out", "--mypy_grpc_out=quiet"], services, out)


def protoc(kinds: list[str], sources: list[Path], out: Path) -> None:
    """Run protoc for the given kinds of output; its plugins are those of this interpreter's environment."""
    outputs = [f"{kind}:{out}" if "=" in kind else f"{kind}={out}" for kind in kinds]
    search = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    subprocess.run(
        [sys.executable, "-m", "grpc_tools.protoc", f"--proto_path={ROOT / 'proto'}", *outputs, *map(str, sources)],
        cwd=ROOT,
        env={**os.environ, "PATH": search},
        check=True,
    )


if __name__ == "__main__":
    generate(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else COMMITTED)
