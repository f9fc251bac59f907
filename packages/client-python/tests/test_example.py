"""examples/python/chat.py, typed into as a user does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from misbehaving import MisbehavingServer, say

from learning_loop import LearningLoop

chat = Path(__file__).parents[3] / "examples" / "python" / "chat.py"


def type_in(lines: list[str], **environment: str) -> str:
    env = {**os.environ, **environment, "PYTHONIOENCODING": "utf-8"}
    typed = "".join(f"{line}\n" for line in lines)
    done = subprocess.run([sys.executable, chat], input=typed, env=env, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_assistant_asks_answers_and_learns(url: str, admin_key: str, user: str, server: MisbehavingServer) -> None:
    server.replies = [say(200, {"choices": [{"message": {"content": "Here is your API."}}]})]
    environment = {"LEARNING_LOOP_URL": url, "LEARNING_LOOP_API_KEY": admin_key, "USER_ID": user}
    said = type_in(
        ["build api", "2", "y", "deploy api", "", "n", ""], MODEL_URL=server.url, MODEL_NAME="m", **environment
    )
    questions = [line[5:] for line in said.splitlines() if line.startswith("  2  ")]
    assert len(questions) == 2
    assert said.count("Assistant: Here is your API.") == 2
    first, second = server.bodies()
    assert first["model"] == "m"
    assert questions[0] in first["messages"][0]["content"]
    assert questions[1] not in second["messages"][0]["content"]
    with LearningLoop(url, api_key=admin_key) as loop:
        held = loop.export_user(user).held
    assert len(held["interactions"]) == 2
    assert sorted(row["type"] for row in held["feedback"]) == ["thumbs_down", "thumbs_up"]


def test_without_the_service_the_assistant_goes_on() -> None:
    with MisbehavingServer() as gone:
        pass
    said = type_in(["build api", "y", ""], LEARNING_LOOP_URL=gone.url)
    assert "Assistant: [prompt for a model]\nbuild api\n" in said
    assert "Which one?" not in said
