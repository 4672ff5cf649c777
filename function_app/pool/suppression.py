"""Cell suppression, as in Hundepool et al., "Statistical Disclosure Control", 2012, ch. 4."""

from collections.abc import Mapping


def suppress(cells: Mapping[str, int], least: int) -> dict[str, int | None]:
    """Withhold the cells of one split that are under `least`, and as many more as hide them from the total.

    What is withheld sums to 0 or to at least `least`, in two cells or more that hold anybody. With any cell withheld
    the empty ones are too, since a zero that shows narrows down the others.
    """
    shown = {name: count for name, count in cells.items() if count >= least}
    hidden = [count for count in cells.values() if 0 < count < least]
    if not hidden:
        return dict(cells)
    while shown and (len(hidden) < 2 or sum(hidden) < least):
        name = min(shown, key=lambda each: (shown[each], each))
        hidden.append(shown.pop(name))
    return {name: shown.get(name) for name in cells}
