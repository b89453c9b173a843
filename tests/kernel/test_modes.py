import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def transcript(mode: str) -> list[str]:
    """All that the kernel answers to the same operations, the kind of its modules first."""
    environment = {**os.environ, "BASISDESK_KERNEL": mode, "PYTHONPATH": str(ROOT / "src")}
    program = [sys.executable, str(Path(__file__).parent / "transcript.py")]
    done = subprocess.run(program, env=environment, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_compiled_and_interpreted_modules_answer_alike() -> None:
    compiled, interpreted = transcript("compiled"), transcript("python")
    assert (compiled[0], interpreted[0]) == (".so", ".py")
    assert len(compiled) > 5000
    assert any("ValueError" in line for line in compiled)
    for place, (one, two) in enumerate(zip(compiled, interpreted, strict=True)):
        assert place == 0 or one == two
