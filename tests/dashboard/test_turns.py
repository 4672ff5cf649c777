"""Reading a long history gives way to a page that opens, and goes on."""

from dashboard.turns import LULL_SECONDS, Turns


def test_turns_are_taken_while_someone_looks_and_a_moment_after() -> None:
    now = [0.0]
    turns = Turns(lambda: now[0])
    assert not turns.are_taken()
    turns.asked()
    assert turns.are_taken()
    now[0] += 2 * LULL_SECONDS
    assert not turns.are_taken()
    with turns.looking():
        now[0] += 60
        assert turns.are_taken()
    assert turns.are_taken(), "the answer is on its way"
    now[0] += 2 * LULL_SECONDS
    assert not turns.are_taken()
