"""What people say is checked before it is recorded, and an option may be named in several ways."""

from __future__ import annotations

import pytest

from holdfast import Answer, Approve, Choose, Decision, Edit, Reject, ReviewError, tool
from holdfast.api.answers import checked_answer
from holdfast.core.review import Review
from holdfast.registry import load_registry


@tool("bank.pay", effect="write", idempotency="key")
async def pay(amount: float, to: str) -> None:
    """Pay."""


REGISTRY = load_registry([pay])
FLIGHTS = (
    {"id": "1", "label": "F8 at 8", "value": {"id": "F8", "price": 200}},
    {"id": "2", "label": "F9 at 9", "value": {"id": "F9", "price": 212}},
)


def choice(*options: dict[str, object]) -> Review:
    """A review with these options."""
    return Review(id="r.1", address="a", kind="choose", decisions=("choose",), options=options)


def approval() -> Review:
    """A review of a payment."""
    return Review(
        id="r.1", address="a", kind="approve", decisions=("approve", "edit", "reject"), tool="bank.pay",
        args={"amount": 3.0, "to": "ana"},
    )  # fmt: skip


@pytest.mark.parametrize("named", ["2", "F9", 2, {"id": "F9", "price": 212}])
def test_an_option_is_named_by_id_field_value_or_number(named: object) -> None:
    """However it is named, the option's value is recorded."""
    assert FLIGHTS[1]["value"] == checked_answer(choice(*FLIGHTS), Choose(named), REGISTRY).value


def test_an_id_goes_before_a_number() -> None:
    """An option whose id is another one's number is what the id says."""
    options = ({"id": "2", "label": "", "value": "two"}, {"id": "1", "label": "", "value": "one"})
    assert ["one", "two"] == [checked_answer(choice(*options), Choose(named), REGISTRY).value for named in ("1", "2")]


def test_an_unknown_option_lists_those_there_are() -> None:
    """The error shows what may be chosen."""
    with pytest.raises(ReviewError) as refused:
        checked_answer(choice(*FLIGHTS), Choose("F7"), REGISTRY)
    assert '"F7" is none of the options of review r.1; choose one of 1. `1`, 2. `2`' == str(refused.value)


def test_an_ambiguous_name_is_refused() -> None:
    """Two options with the same `id` field cannot be told apart by it."""
    twins = ({"id": "x", "value": {"id": "F8", "seat": 1}}, {"id": "y", "value": {"id": "F8", "seat": 2}})
    with pytest.raises(ReviewError, match=r"fits 2 options of review r.1; name one of 1\. `x`, 2\. `y`"):
        checked_answer(choice(*twins), Choose("F8"), REGISTRY)


def test_a_decision_that_is_not_offered_is_refused() -> None:
    """The error says what the review allows, and guesses."""
    with pytest.raises(ReviewError) as refused:
        checked_answer(approval(), Decision("aprove"), REGISTRY)
    assert (
        "review r.1 cannot be decided with `aprove`: did you mean `approve`?; it allows `approve`, `edit`, `reject`"
    ) == str(refused.value)


def test_who_and_why_are_recorded() -> None:
    """A decision carries its person and reason."""
    answer = checked_answer(approval(), Reject(by="ana", reason="too dear"), REGISTRY)
    assert ("reject", None, "ana", "too dear") == (answer.decision, answer.value, answer.by, answer.reason)
    assert "approve" == checked_answer(approval(), Approve(), REGISTRY).decision


def test_an_edit_is_checked_against_the_tool() -> None:
    """New arguments must fit the tool's schema, all of them."""
    assert {"amount": 4, "to": "bo"} == checked_answer(approval(), Edit({"amount": 4, "to": "bo"}), REGISTRY).value
    with pytest.raises(ReviewError, match="'to' is a required property"):
        checked_answer(approval(), Edit({"amount": 4}), REGISTRY)
    with pytest.raises(ReviewError, match=r"at `\.amount` is wrong: 'x' is not of type 'number'"):
        checked_answer(approval(), Edit({"amount": "x", "to": "bo"}), REGISTRY)


def test_an_answer_is_checked_against_its_schema() -> None:
    """A question says what form its answer has."""
    review = Review(
        id="r.1", address="a", kind="answer", decisions=("answer",), schema={"type": "string", "pattern": "^[A-Z]{3}$"}
    )
    assert "JFK" == checked_answer(review, Answer("JFK"), REGISTRY).value
    with pytest.raises(ReviewError, match=r"the value for review r\.1 is wrong: 'jfk' does not match"):
        checked_answer(review, Answer("jfk"), REGISTRY)


@pytest.mark.parametrize(("asks", "decision"), [("unknown_outcome", "happened"), ("unusable", "output")])
def test_a_result_by_hand_is_what_the_tool_promised(asks: str, decision: str) -> None:
    """As one that the tool gives, or that comes later; what a lost call gave, nobody may know."""

    @tool("bank.fee", effect="write", idempotency="key")
    async def fee(to: str) -> int:
        """What it cost."""
        return len(to)

    tools = load_registry([fee])
    review = Review(
        id="r.1", address="a", kind="failure", decisions=(decision, "fail"), tool="bank.fee", trigger_on=asks
    )
    assert 4 == checked_answer(review, Decision(decision, 4), tools).value
    assert "four" == checked_answer(review, Decision(decision, "four"), REGISTRY).value  # the tool is not known here
    with pytest.raises(ReviewError, match=r"the result of bank\.fee must be integer, not .*r\.1"):
        checked_answer(review, Decision(decision, "four"), tools)
    if asks == "unknown_outcome":
        assert checked_answer(review, Decision(decision), tools).value is None


def test_a_value_where_none_belongs_is_refused() -> None:
    """`approve` takes no value: whoever gives one meant something else."""
    with pytest.raises(ReviewError, match="`approve` takes no value"):
        checked_answer(approval(), Decision("approve", {"amount": 4}), REGISTRY)


def test_what_json_cannot_hold_is_refused() -> None:
    """NaN in an answer never reaches the journal."""
    review = Review(id="r.1", address="a", kind="answer", decisions=("answer",))
    with pytest.raises(ReviewError, match="cannot be journaled: it is nan"):
        checked_answer(review, Answer(float("nan")), REGISTRY)
