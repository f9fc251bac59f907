"""A chat assistant that asks what its user means, and guesses better with every selection.

    pip install learning-loop
    LEARNING_LOOP_URL=http://127.0.0.1:8080 python chat.py

MODEL_URL and MODEL_NAME name a model behind the API of OpenAI, such as http://127.0.0.1:11434/v1 of Ollama. Without
them the assistant shows the prompt that a model would get.
"""

import os

import httpx

from learning_loop import LearningLoop, Turn


def select(turn: Turn) -> str:
    """The prompt for the model, after the user has selected a hypothesis."""
    if turn.recommended and turn.auto_advance:
        return turn.select(turn.recommended.id, auto_advanced=True)
    for number, hypothesis in enumerate(turn.hypotheses, start=1):
        print(f"  {number}  {hypothesis.question}")
    # The service is away: there is nothing to select, and the prompt is what the user typed.
    reply = input("Which one? A number, or Enter for none of these: ") if turn.hypotheses else ""
    is_shown = reply.isdecimal() and 1 <= int(reply) <= len(turn.hypotheses)
    return turn.select(turn.hypotheses[int(reply) - 1].id if is_shown else None)


def answer(prompt: str) -> str:
    url = os.environ.get("MODEL_URL")
    if url is None:
        return f"[prompt for a model]\n{prompt}"
    messages = [{"role": "user", "content": prompt}]
    body = {"model": os.environ.get("MODEL_NAME", "default"), "messages": messages}
    response = httpx.post(f"{url}/chat/completions", json=body, timeout=120)
    return str(response.raise_for_status().json()["choices"][0]["message"]["content"])


def main() -> None:
    key = os.environ.get("LEARNING_LOOP_API_KEY")
    with LearningLoop(os.environ.get("LEARNING_LOOP_URL", "http://127.0.0.1:8080"), api_key=key) as loop:
        while text := input("You: ").strip():
            turn = loop.turn(user_id=os.environ.get("USER_ID", "me"), text=text)
            print(f"Assistant: {answer(select(turn))}")
            turn.feedback(type="thumbs_up" if input("Good? y or n: ") == "y" else "thumbs_down")


if __name__ == "__main__":
    main()
