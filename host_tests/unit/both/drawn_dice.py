"""Dice for random_plan.py of which each number is drawn by hypothesis, so that it can shrink them.
For CPython only."""

from hypothesis import strategies as st


class Drawn:
    """The dice of one example; draw: what hypothesis hands to a composite."""

    def __init__(self, draw):
        self.draw = draw

    def number(self, low, high):
        return self.draw(st.integers(low, high))

    def pick(self, choices):
        return choices[self.number(0, len(choices) - 1)]
