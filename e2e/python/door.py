from learning_loop import LearningLoop

with LearningLoop(url="URL", api_key="KEY") as loop:
    turn = loop.turn(user_id="USER", text="build api")
    print(turn.interaction_id, turn.select(turn.hypotheses[0].id))
