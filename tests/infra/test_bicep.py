"""The Bicep reader: precedence, strings, loops, modules, and what a mistake says."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.check.bicep.deployment import Deployment
from infra.check.bicep.evaluate import FUNCTIONS, EvaluationFault, evaluate
from infra.check.bicep.parser import expression, parse
from infra.check.bicep.tokens import SyntaxFault
from infra.check.finding import Unreadable


def value(text: str, **names: Any) -> Any:
    def lookup(name: str) -> Any:
        if name not in names:
            raise EvaluationFault(name)
        return names[name]

    return evaluate(expression(text), lookup, FUNCTIONS)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("7 / 2 % 2", 1),
        ("1 <= 3 ? 'yes' : 'no'", "yes"),
        ("4 <= 3 ? 3 : (4 <= 7 ? 7 : 10)", 7),
        ("!empty('') || false", False),
        ("null ?? 'instead'", "instead"),
        ("'a${1 + 1}b${'c${3}'}'", "a2bc3"),
        ("'it\\'s \\${plain}'", "it's ${plain}"),
        ("[for one in [1, 2, 3]: one * 2]", [2, 4, 6]),
        ("{ a: 1, 'b.c': [true, null] }", {"a": 1, "b.c": [True, None]}),
        ("take(toLower('STORE'), 3)", "sto"),
        ("{ inner: { deep: 'x' } }.inner.deep", "x"),
        ("['a', 'b'][1]", "b"),
    ],
)
def test_an_expression_has_the_value_bicep_gives_it(text: str, wanted: object) -> None:
    assert value(text) == wanted


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 10**6))
def test_arithmetic_binds_as_in_bicep(a: int, b: int, c: int) -> None:
    assert value(f"{a} + {b} * {c} / {c}") == a + b
    assert value(f"({a} + {b}) / {c}") == (a + b) // c


@given(st.text(st.characters(codec="utf-8", exclude_characters="\n\r'\\$")))
def test_a_string_is_read_as_it_is_written(text: str) -> None:
    assert value(f"'{text}'") == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("param name string = 'open", "line 1: a string is not closed"),
        ("var a = 1\nvar b = ${", "line 2"),
        ("var a = {\n  b: 1 c: 2\n}", "line 2: expected a new line, a comma or }"),
        ("class a = 1", "line 1: class is no declaration"),
        ("var a = (1 + 2", "line 1: expected )"),
    ],
)
def test_a_mistake_is_said_with_its_line(text: str, said: str) -> None:
    with pytest.raises(SyntaxFault) as fault:
        parse(text)

    assert said in str(fault.value)


def test_a_comment_is_no_part_of_a_url() -> None:
    found = parse("var a = 'https://x' // said //\n/* and\nmore */ var b = 2\n")

    assert [part.name for part in found.declarations] == ["a", "b"]


def deployed(folder: Path, main: str, **parameters: Any) -> Deployment:
    (folder / "main.bicep").write_text(main)
    return Deployment(folder / "main.bicep", parameters, folder)


def test_a_module_in_a_loop_is_deployed_once_for_each_item(tmp_path: Path) -> None:
    (tmp_path / "one.bicep").write_text(
        "param name string\nresource it 'Some/kind@2020-01-01' = {\n  name: name\n}\noutput id string = it.id\n"
    )
    main = "module each 'one.bicep' = [for n in ['a', 'b']: {\n  name: n\n  params: {\n    name: 'x${n}'\n  }\n}]\n"

    assert [one.name for one in deployed(tmp_path, main).resources] == ["xa", "xb"]


def test_a_condition_that_is_false_deploys_nothing(tmp_path: Path) -> None:
    main = "param on bool\nresource it 'Some/kind@2020-01-01' = if (on) {\n  name: 'it'\n}\n"

    assert len(deployed(tmp_path, main, on=True).resources) == 1
    assert deployed(tmp_path, main, on=False).resources == ()


def test_a_child_carries_its_parents_name(tmp_path: Path) -> None:
    main = (
        "resource a 'Some/kind@2020-01-01' existing = {\n  name: 'top'\n}\n"
        "resource b 'Some/kind/below@2020-01-01' = {\n  parent: a\n  name: 'low'\n}\n"
    )

    assert [one.name for one in deployed(tmp_path, main).resources] == ["top/low"]


def test_a_name_that_nothing_declares_is_said_with_its_place(tmp_path: Path) -> None:
    main = "resource it 'Some/kind@2020-01-01' = {\n  name: nowhere\n}\n"

    with pytest.raises(Unreadable, match=r"main.bicep: it, line 1: nowhere is not declared"):
        _ = deployed(tmp_path, main).resources


def test_what_only_azure_knows_stays_a_reference(tmp_path: Path) -> None:
    main = "resource it 'Some/kind@2020-01-01' = {\n  name: 'it'\n}\noutput key string = it.listKeys().keys[0].value\n"

    assert deployed(tmp_path, main).outputs() == {"key": "[Some/kind/it.listKeys().keys.0.value]"}
