"""The top contributors of one number as the page is told them."""

from collections.abc import Sequence

from convoscope.engine import Contribution
from convoscope.server import wire


def contributors_view(node: str, at: Sequence[int], found: Sequence[Contribution]) -> wire.ContributorsView:
    """Which cells weigh most in a number; cells leave the batch axis out."""
    return wire.ContributorsView(
        node=node,
        at=wire.ints(at[1:]),
        contributors=[
            wire.ContributorView(
                node=c.source, at=wire.ints(c.at[1:]), value=c.value, weight=c.weight, product=c.product, share=c.share
            )
            for c in found
        ],
    )
