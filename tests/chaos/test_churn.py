"""The short form of the churn and the losses: a real engine, a real terminal, real kills. The long
one is `python -m tests.chaos.churn`."""

from __future__ import annotations

import pytest

from tests.chaos.churn import churned
from tests.chaos.second_engine import why_not
from tests.engine.conftest import without

MEGABYTES, DESCRIPTORS = 15.0, 12
"""What a minute and five losses may cost; 4 MB in 30 minutes and 50 losses, and no descriptor."""


@pytest.mark.engine
def test_a_minute_of_churn_and_five_losses_leave_nothing_behind() -> None:
    """Memory and open files are what they were, and after each loss the engine is found again."""
    if reason := why_not():
        without(reason)
    churn, losses = churned(1, 5)
    assert churn[-1].made > 10
    for before, after in ((churn[0], churn[-1]), (losses[0], losses[-1])):
        assert after.megabytes - before.megabytes < MEGABYTES
        assert after.descriptors - before.descriptors <= DESCRIPTORS
