"""One rule = one file = one code. Imported when they are asked for: a run needs the few of profile `basic` only."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Final

from holdfast.lint.rule import PROFILES, Profile, Rule

BASIC: Final = (
    "tool_unknown",
    "argument_unknown",
    "argument_missing",
    "argument_type",
    "fresh_repeats",
    "read_guarded",
)
"""Modules of the rules without which a plan does not run, by code."""

OTHERS: Final = (
    "recursion_endless",
    "test_names",
    "argument_through",
    "child_input_type",
    "expression_as_text",
    "read_later",
    "read_beside",
    "read_other_case",
    "read_maybe",
    "unknown_field",
    "unknown_code",
    "unknown_status",
    "optional_field",
    "key_not_text",
    "answer_without_case",
    "unused_input",
    "constant_condition",
    "unused_fact",
    "comparison_never",
    "comparison_fails",
    "arithmetic_on_text",
    "filter_on_wrong_type",
    "list_wanted",
    "condition_truthy",
    "default_not_an_answer",
    "output_unused",
    "value_may_fail",
    "timeout_missing",
    "retries_outlast_deadline",
    "retries_multiply",
    "retry_of_permanent",
    "retry_of_unsafe",
    "key_unstable",
    "key_shared",
    "each_without_key",
    "ask_without_timeout",
    "trigger_without_timeout",
    "event_without_timeout",
    "fallback_same",
    "step_unreachable",
    "compensate_missing",
    "branches_race",
    "repeat_without_pause",
    "wait_outlasts_deadline",
    "timeout_outlasts_deadline",
    "retry_without_effect",
    "optional_block_output",
    "losers_stay",
    "handoff_without_timeout",
    "review_outlasts_deadline",
    "deadline_without_effect",
    "rounds_outlast_deadline",
    "escalation_without_timeout",
    "abort_at_once",
    "abort_never",
    "confirmation_constant",
    "look_once",
    "look_writes",
    "pending_without_subject",
    "subject_shared",
    "fallback_same_tool",
    "fallback_never",
    "case_repeated",
    "until_constant",
    "fan_out",
    "jitter_missing",
    "compensation_reads",
    "cleanup_asks",
    "each_without_max",
    "window_short",
    "retry_without_delay",
    "nothing_tried_twice",
    "failure_ends_well",
    "errors_untested",
    "key_of_run",
    "irreversible_unguarded",
    "payment_unguarded",
    "silence_approves",
    "sampled_irreversible",
    "capability_wide",
    "capability_unused",
    "made_plan_writes",
    "secret_undeclared",
    "secret_written",
    "untrusted_to_write",
    "inferred_to_write",
    "untrusted_address",
    "untrusted_command",
    "payment_self_approved",
    "amount_unknown",
    "guard_of_nothing",
    "secret_read",
    "guard_reads_missing",
    "budget_too_small",
    "answer_unused",
    "model_without_budget",
    "cost_above_budget",
    "fact_never_asks",
    "fact_always_given",
    "options_unclear",
    "reviews_without_bound",
    "description_missing",
    "reason_missing",
    "expression_long",
    "id_says_nothing",
    "compared_with_true",
    "block_around_nothing",
)
"""Modules of all others, by code."""


@cache
def rules_of(profile: Profile) -> tuple[Rule, ...]:
    """The rules that a profile asks for, by code."""
    names = BASIC if profile == "basic" else BASIC + OTHERS
    found = [import_module(f"{__name__}.{name}").RULE for name in names]
    asked = [rule for rule in found if PROFILES.index(rule.profile) <= PROFILES.index(profile)]
    return tuple(sorted(asked, key=lambda rule: rule.code))


def every_rule() -> tuple[Rule, ...]:
    """All rules, by code."""
    return rules_of("production")
