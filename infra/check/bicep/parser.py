"""Tokens to the parts of a file, with Bicep's operator precedence."""

from infra.check.bicep.syntax import (
    Array,
    Bicep,
    Call,
    Declaration,
    Expression,
    ForEach,
    Index,
    Interpolated,
    Literal,
    Member,
    Module,
    Name,
    Object,
    OnlyIf,
    Operation,
    Output,
    Parameter,
    Resource,
    Variable,
)
from infra.check.bicep.tokens import SyntaxFault, Token, tokens

_BINDS = [{"??"}, {"||"}, {"&&"}, {"==", "!=", "=~", "!~"}, {"<", "<=", ">", ">="}, {"+", "-"}, {"*", "/", "%"}]
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


def parse(text: str) -> Bicep:
    """A whole file. Raises SyntaxFault."""
    return _Parser(tokens(text)).file()


def expression(text: str) -> Expression:
    """One expression, as ARM templates have them between brackets. Raises SyntaxFault."""
    parser = _Parser(tokens(text))
    found = parser.value()
    parser.take("end")
    return found


class _Parser:
    def __init__(self, found: tuple[Token, ...]) -> None:
        self._tokens = found
        self._at = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def take(self, wanted: str) -> Token:
        """The next token, which must be this mark, this word or of this kind."""
        token = self._next
        if wanted not in (token.kind, token.text):
            raise SyntaxFault(token.line, f"expected {wanted}, found {token.text or token.kind!r}")
        self._at += 1
        return token

    def _took(self, wanted: str) -> bool:
        if self._next.kind != "text" and wanted in (self._next.kind, self._next.text):
            self._at += 1
            return True
        return False

    def _lines(self) -> None:
        while self._took("newline"):
            pass

    def file(self) -> Bicep:
        found: list[Declaration] = []
        self._lines()
        while self._next.kind != "end":
            if self._took("targetScope"):
                self.take("=")
                self.take("text")
            else:
                found.append(self._declaration())
            if self._next.kind != "end":
                self.take("newline")
            self._lines()
        return Bicep(tuple(found))

    def _declaration(self) -> Declaration:
        decorators = self._decorators()
        word = self.take("name")
        name = self.take("name").text
        match word.text:
            case "param":
                kind = self.take("name").text
                default = self.value() if self._took("=") else None
                return Parameter(name, kind, default, decorators, word.line)
            case "var":
                self.take("=")
                return Variable(name, self.value(), word.line)
            case "output":
                kind = self.take("name").text
                self.take("=")
                return Output(name, kind, self.value(), decorators, word.line)
            case "resource":
                kind, _, version = self._plain().partition("@")
                existing = self._took("existing")
                self.take("=")
                return Resource(name, kind, version, existing, self.value(), word.line)
            case "module":
                path = self._plain()
                self.take("=")
                return Module(name, path, self.value(), word.line)
        raise SyntaxFault(word.line, f"{word.text} is no declaration this check knows")

    def _decorators(self) -> dict[str, Expression | None]:
        found: dict[str, Expression | None] = {}
        while self._took("@"):
            name = self.take("name").text
            arguments = self._arguments()
            found[name] = arguments[0] if arguments else None
            self.take("newline")
            self._lines()
        return found

    def _plain(self) -> str:
        token = self.take("text")
        return "".join(part for part in token.parts if isinstance(part, str))

    def value(self) -> Expression:
        """An expression, a loop or a condition."""
        if self._took("if"):
            self.take("(")
            condition = self.value()
            self.take(")")
            return OnlyIf(condition, self.value())
        found = self._binary(0)
        if self._took("?"):
            self._lines()
            then = self.value()
            self._lines()
            self.take(":")
            self._lines()
            return Operation("?", (found, then, self.value()))
        return found

    def _binary(self, level: int) -> Expression:
        if level == len(_BINDS):
            return self._unary()
        found = self._binary(level + 1)
        while self._next.kind == "mark" and self._next.text in _BINDS[level]:
            operator = self.take("mark").text
            found = Operation(operator, (found, self._binary(level + 1)))
        return found

    def _unary(self) -> Expression:
        if self._next.kind == "mark" and self._next.text in ("!", "-"):
            return Operation(self.take("mark").text, (self._unary(),))
        found = self._primary()
        while True:
            if self._took("."):
                self._took("?")
                name = self.take("name")
                called = self._next.text == "(" and self._next.kind == "mark"
                found = Call(name.text, self._arguments(), name.line, found) if called else Member(found, name.text)
            elif self._took("["):
                found = Index(found, self.value())
                self.take("]")
            else:
                return found

    def _primary(self) -> Expression:  # noqa: PLR0911
        token = self._next
        self._at += 1
        if token.kind == "number":
            return Literal(int(token.text))
        if token.kind == "text":
            return _text(token)
        if token.kind == "name":
            if token.text in _WORDS:
                return Literal(_WORDS[token.text])
            if self._next.kind == "mark" and self._next.text == "(":
                return Call(token.text, self._arguments(), token.line)
            return Name(token.text, token.line)
        match token.text:
            case "(":
                found = self.value()
                self.take(")")
                return found
            case "{":
                return self._object()
            case "[":
                return self._array()
        raise SyntaxFault(token.line, f"{token.text or token.kind!r} begins no value")

    def _arguments(self) -> tuple[Expression, ...]:
        found: list[Expression] = []
        self.take("(")
        self._lines()
        while not self._took(")"):
            found.append(self.value())
            self._lines()
            if not self._took(","):
                self.take(")")
                break
            self._lines()
        return tuple(found)

    def _object(self) -> Object:
        found: list[tuple[Expression, Expression]] = []
        self._lines()
        while not self._took("}"):
            token = self._next
            self._at += 1
            if token.kind not in ("name", "text"):
                raise SyntaxFault(token.line, f"{token.text or token.kind!r} is no property name")
            key = _text(token) if token.kind == "text" else Literal(token.text)
            self.take(":")
            found.append((key, self.value()))
            self._between("}")
        return Object(tuple(found))

    def _array(self) -> Expression:
        if self._took("for"):
            item = self.take("name").text
            self.take("in")
            over = self.value()
            self.take(":")
            body = self.value()
            self.take("]")
            return ForEach(item, over, body)
        found: list[Expression] = []
        self._lines()
        while not self._took("]"):
            found.append(self.value())
            self._between("]")
        return Array(tuple(found))

    def _between(self, end: str) -> None:
        """Items stand on lines of their own or have commas between them."""
        if not (self._took(",") or self._took("newline")) and self._next.text != end:
            raise SyntaxFault(self._next.line, f"expected a new line, a comma or {end}")
        self._lines()


def _text(token: Token) -> Expression:
    parts = tuple(
        Literal(part) if isinstance(part, str) else _Parser(part).value() for part in token.parts if part != ""
    )
    if all(isinstance(part, Literal) for part in parts):
        return Literal("".join(str(part.value) for part in parts if isinstance(part, Literal)))
    return Interpolated(parts)
