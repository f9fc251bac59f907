"""Makes the client for threads, src/learning_loop/_sync, from the one for asyncio, src/learning_loop/_async.

With --check it writes nothing, and ends with 1 where another one is there.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

package = Path(__file__).parent / "src" / "learning_loop"
source, target = package / "_async", package / "_sync"
header = "# Made from ../_async/{name} by make_sync.py; not to be edited.\n"

# In this order, as regular expressions.
replacements = (
    (r"await asyncio\.sleep", "time.sleep"),
    (r"import asyncio", "import time"),
    (r", for asyncio\. Make one, share it between tasks", ". Make one, share it between threads"),
    (r"\basync (def|with|for) ", r"\1 "),
    (r"\bawait ", ""),
    (r"__aenter__", "__enter__"),
    (r"__aexit__", "__exit__"),
    (r"\baclose\b", "close"),
    (r"\baiter_bytes\b", "iter_bytes"),
    (r"httpx\.AsyncClient", "httpx.Client"),
    (r"\bAsync(?=[A-Z])", ""),
    (r"^\"\"\"The client for asyncio\..*\"\"\"$", '"""The client for threads."""'),
)


def make(text: str) -> str:
    for pattern, replacement in replacements:
        text = re.sub(pattern, replacement, text, flags=re.MULTILINE)
    imports = re.search(r"(?:^import .*\n)+", text, flags=re.MULTILINE)
    if imports:  # time does not stand where asyncio stood
        text = text.replace(imports[0], "".join(sorted(imports[0].splitlines(keepends=True))), 1)
    return text


def main() -> int:
    made = {file.name: header.format(name=file.name) + make(file.read_text()) for file in source.glob("*.py")}
    if "--check" in sys.argv:
        stale = [name for name, text in made.items() if (target / name).read_text() != text]
        if stale:
            print(f"_sync/{', '.join(stale)}: not what _async makes; run python make_sync.py.")
        return 1 if stale else 0
    target.mkdir(exist_ok=True)
    for name, text in made.items():
        (target / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
