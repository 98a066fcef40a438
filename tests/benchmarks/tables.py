"""Figures as lines of text: a line for each figure, a column for each size of cache."""

from collections.abc import Mapping, Sequence

from tests.benchmarks.figures import Figure

_NAME, _UNIT, _VALUE = 62, 10, 11


def table(by_size: Mapping[int | None, Sequence[Figure]]) -> str:
    """The figures of one benchmark; floor, ratio and goal are those of the last size.

    None in place of a size: the cache's size is nothing to it.
    """
    sizes = list(by_size)
    heads = "".join(f"{'' if size is None else f'{size:,}':>{_VALUE}}" for size in sizes)
    lines = [f"  {'':<{_NAME}} {'':<{_UNIT}}{heads}"] if heads.strip() else []
    values = {size: {figure.name: figure.value for figure in figures} for size, figures in by_size.items()}
    for figure in by_size[sizes[-1]]:
        line = f"  {figure.name:<{_NAME}} {figure.unit:<{_UNIT}}"
        for size in sizes:
            value = values[size].get(figure.name)
            line += f"{number(value) if value is not None else '–':>{_VALUE}}"
        lines.append((line + _compared(figure)).rstrip())
    return "\n".join(lines)


def _compared(figure: Figure) -> str:
    text = ""
    if figure.ratio is not None:
        floor = f" {number(figure.floor)}" if figure.floor is not None else ""
        name = f" ({figure.floor_name})" if figure.floor_name else ""
        text += f"  {figure.ratio:.3g} ×{floor}{name}"
    if figure.goal is not None:
        of = " ×" if figure.goal.of_ratio else ""
        mark = "reached" if figure.reached else "MISSED"
        text += f"  {mark}: {figure.goal.relation} {number(figure.goal.number)}{of}"
    return text


def number(value: float) -> str:
    """Three figures, all of those before the point."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
