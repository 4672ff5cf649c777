"""A query's text, taken apart into its SELECTs."""

from collections.abc import Iterator, Sequence

from sqlglot.tokenizer_core import Token, TokenType

from windows.errors import NotSupportedError, QueryInvalidError

QUOTED = (TokenType.STRING, TokenType.IDENTIFIER, TokenType.NATIONAL_STRING)


def word(token: Token) -> str:
    """A keyword, name or sign in capitals; nothing for what stands in quotes or brackets, which is none of these."""
    return "" if token.token_type in QUOTED else token.text.upper()


def split_selects(tokens: Sequence[Token]) -> Iterator[tuple[str | None, Sequence[Token]]]:
    """Each SELECT's tokens, with its name where it is a step of the WITH.

    Raises QueryInvalidError if the WITH is malformed or nothing follows it.
    """
    position = 0
    if tokens and word(tokens[0]) == "WITH":
        position = 1
        while True:
            if [word(token) for token in tokens[position + 1 : position + 3]] != ["AS", "("]:
                raise QueryInvalidError("a step of WITH is written: name AS (SELECT …)")
            name, start = tokens[position].text, position + 3
            end = _closing(tokens, start)
            yield name, tokens[start:end]
            position = end + 1
            if position >= len(tokens) or word(tokens[position]) != ",":
                break
            position += 1
    start = position
    depth = 0
    for index in range(position, len(tokens)):
        text = word(tokens[index])
        depth += (text == "(") - (text == ")")
        follows_union = index > start and word(tokens[index - 1]) in ("UNION", "ALL")
        if depth == 0 and text == "SELECT" and index > start and not follows_union:
            yield None, tokens[start:index]
            start = index
    if start >= len(tokens):
        raise QueryInvalidError("the query has no SELECT … INTO after its WITH")
    yield None, tokens[start:]


def split_unions(tokens: Sequence[Token]) -> list[Sequence[Token]]:
    """The SELECTs that UNION joins; one where there is none.

    Raises NotSupportedError for UNION ALL: Stream Analytics' UNION keeps all rows as it is.
    """
    branches: list[Sequence[Token]] = []
    start = depth = 0
    for index, token in enumerate(tokens):
        depth += (word(token) == "(") - (word(token) == ")")
        if depth == 0 and word(token) == "UNION":
            if index + 1 < len(tokens) and word(tokens[index + 1]) in ("ALL", "DISTINCT"):
                raise NotSupportedError("UNION ALL: UNION keeps every row as it is")
            branches.append(tokens[start:index])
            start = index + 1
    return [*branches, tokens[start:]]


def _closing(tokens: Sequence[Token], start: int) -> int:
    depth = 1
    for index in range(start, len(tokens)):
        depth += (word(tokens[index]) == "(") - (word(tokens[index]) == ")")
        if depth == 0:
            return index
    raise QueryInvalidError("a parenthesis of the WITH is not closed")
