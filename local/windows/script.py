"""A query's text, taken apart into its SELECTs."""

from collections.abc import Iterator, Sequence

from sqlglot.tokenizer_core import Token

from local.windows.errors import QueryInvalidError


def split_selects(tokens: Sequence[Token]) -> Iterator[tuple[str | None, Sequence[Token]]]:
    """Each SELECT's tokens, with its name where it is a step of the WITH.

    Raises QueryInvalidError if the WITH is malformed or nothing follows it.
    """
    position = 0
    if tokens and tokens[0].text.upper() == "WITH":
        position = 1
        while True:
            if position + 2 >= len(tokens) or [t.text.upper() for t in tokens[position + 1 : position + 3]] != [
                "AS",
                "(",
            ]:
                raise QueryInvalidError("a step of WITH is written: name AS (SELECT …)")
            name, start = tokens[position].text, position + 3
            end = _closing(tokens, start)
            yield name, tokens[start:end]
            position = end + 1
            if position >= len(tokens) or tokens[position].text != ",":
                break
            position += 1
    start = position
    depth = 0
    for index in range(position, len(tokens)):
        text = tokens[index].text.upper()
        depth += (text == "(") - (text == ")")
        if depth == 0 and text == "SELECT" and index > start:
            yield None, tokens[start:index]
            start = index
    if start >= len(tokens):
        raise QueryInvalidError("the query has no SELECT … INTO after its WITH")
    yield None, tokens[start:]


def _closing(tokens: Sequence[Token], start: int) -> int:
    depth = 1
    for index in range(start, len(tokens)):
        depth += (tokens[index].text == "(") - (tokens[index].text == ")")
        if depth == 0:
            return index
    raise QueryInvalidError("a parenthesis of the WITH is not closed")
