"""Bad input, each kind with a clear message, the right exit code, and nothing lost.

The list, and the tests below `tests/` that hold each item of it: what a person sees of the whole program is tested in
this folder, the smaller parts where they are at home. `test_every_item` checks that the tests exist.

- not YAML
    bad_input/test_plan_text.py::test_a_file_that_is_no_plan_is_refused_in_its_place
    plan/test_reader.py::test_what_is_not_strict_yaml_is_refused_at_its_place
- not UTF-8
    bad_input/test_plan_text.py::test_a_file_that_is_no_plan_is_refused_in_its_place
    bad_input/test_given_inputs.py::test_what_no_store_can_hold_is_refused
    plan/test_reader.py::test_what_is_not_strict_yaml_is_refused_at_its_place
- a byte order mark
    bad_input/test_plan_text.py::test_what_editors_and_old_yaml_do_to_a_plan_is_harmless
    plan/test_reader.py::test_byte_order_mark_and_crlf_are_fine
- CRLF
    bad_input/test_plan_text.py::test_what_editors_and_old_yaml_do_to_a_plan_is_harmless
    plan/test_reader.py::test_byte_order_mark_and_crlf_are_fine
- tabs
    bad_input/test_plan_text.py::test_a_file_that_is_no_plan_is_refused_in_its_place
    plan/test_reader.py::test_what_is_not_strict_yaml_is_refused_at_its_place
- empty
    bad_input/test_plan_text.py::test_a_file_that_is_no_plan_is_refused_in_its_place
    plan/test_reader.py::test_what_is_not_strict_yaml_is_refused_at_its_place
- 100 KB of `[`
    bad_input/test_plan_text.py::test_a_file_that_is_no_plan_is_refused_in_its_place
    bad_input/test_plan_text.py::test_a_run_outlives_its_file
    plan/test_reader.py::test_hostile_documents_are_refused_at_once
- an alias bomb
    bad_input/test_plan_text.py::test_a_file_that_is_no_plan_is_refused_in_its_place
    plan/test_reader.py::test_an_alias_bomb_is_refused_at_its_first_anchor
- a duplicate key, both places named
    bad_input/test_plan_text.py::test_a_file_that_is_no_plan_is_refused_in_its_place
    plan/test_reader.py::test_duplicate_keys_name_both_places
- `on:` and `no`
    bad_input/test_plan_text.py::test_what_editors_and_old_yaml_do_to_a_plan_is_harmless
    bad_input/test_plan_words.py::test_unknown_keys_and_wrong_types_are_all_named
    plan/test_reader.py::test_unquoted_scalars_follow_yaml_1_2
    plan/test_reader.py::test_keys_are_texts
    plan/test_model.py::test_hint_for_yaml_1_1_truth
- an unknown key, with a suggestion
    bad_input/test_plan_words.py::test_unknown_keys_and_wrong_types_are_all_named
    plan/test_model.py::test_a_mistake_is_named_where_it_stands
- an unknown tool
    bad_input/test_plan_words.py::test_unknown_tools_and_arguments_are_all_named
    lint/test_rules.py::test_an_unknown_tool_is_suggested
    engine/test_engine_runs.py::test_a_tool_that_is_not_registered_creates_no_run
- an unknown id
    bad_input/test_plan_words.py::test_unknown_ids_and_inputs_are_all_named
    plan/test_compile.py::test_what_does_not_fit_together_is_named_where_it_stands
- an unknown argument
    bad_input/test_plan_words.py::test_unknown_tools_and_arguments_are_all_named
    lint/test_rules.py::test_an_unknown_argument_is_suggested
    registry/test_tool_values.py::test_unknown_and_missing_arguments_are_named
- wrong types
    bad_input/test_plan_words.py::test_unknown_keys_and_wrong_types_are_all_named
    bad_input/test_plan_words.py::test_unknown_tools_and_arguments_are_all_named
    plan/test_model.py::test_bad_documents_fail_both_with_one_finding
    engine/test_engine_calls.py::test_wrong_arguments_are_refused_before_the_call
- `{{` unquoted
    bad_input/test_plan_text.py::test_a_file_that_is_no_plan_is_refused_in_its_place
    plan/test_reader.py::test_what_is_not_strict_yaml_is_refused_at_its_place
- string repetition, power, format width
    bad_input/test_expression_refusals.py::test_what_takes_too_much_fails_its_step_in_milliseconds
    plan/expressions/test_expression_attacks.py::test_refused_when_evaluated
    plan/expressions/test_expression_attacks.py::test_memory_is_not_taken_first
- attribute escapes
    bad_input/test_expression_refusals.py::test_what_is_no_expression_never_starts
    plan/expressions/test_expression_attacks.py::test_refused_when_parsed
- deep nesting
    bad_input/test_expression_refusals.py::test_what_is_no_expression_never_starts
    plan/expressions/test_expression_attacks.py::test_refused_when_parsed
    registry/test_tool_values.py::test_cycles_and_bottomless_nesting_are_bad_output
- missing, extra and wrong inputs
    bad_input/test_given_inputs.py::test_all_that_is_wrong_is_said_at_once_and_mended_it_runs
    cli/test_run.py::test_mistakes_on_the_command_line_are_explained
    engine/test_inputs.py::test_everything_wrong_is_listed_with_suggestions
- NaN and infinity
    bad_input/test_plan_text.py::test_a_file_that_is_no_plan_is_refused_in_its_place
    bad_input/test_given_inputs.py::test_numbers_that_are_none_are_refused
    bad_input/test_unruly_tools.py::test_no_tool_ends_the_run_or_spoils_the_answer
    api/test_answers.py::test_what_json_cannot_hold_is_refused
- 100 MB of a tool's output
    bad_input/test_unruly_tools.py::test_no_tool_ends_the_run_or_spoils_the_answer
    bad_input/test_unruly_tools.py::test_a_write_that_ends_badly_becomes_a_question
    engine/test_engine_calls.py::test_an_output_of_100_mb_ends_in_seconds
- an output that is no JSON
    bad_input/test_unruly_tools.py::test_no_tool_ends_the_run_or_spoils_the_answer
    engine/test_engine_calls.py::test_an_output_that_is_not_json_is_unusable
- a tool that never returns
    bad_input/test_unruly_tools.py::test_no_tool_ends_the_run_or_spoils_the_answer
    bad_input/test_unruly_tools.py::test_a_write_that_ends_badly_becomes_a_question
    engine/test_engine_calls.py::test_a_thread_that_never_returns_is_left_behind
- a tool that ignores its cancellation
    bad_input/test_unruly_tools.py::test_no_tool_ends_the_run_or_spoils_the_answer
    engine/test_engine_calls.py::test_a_tool_that_ignores_its_cancellation_is_abandoned
- a tool that raises BaseException
    bad_input/test_unruly_tools.py::test_no_tool_ends_the_run_or_spoils_the_answer
    bad_input/test_unruly_tools.py::test_a_write_that_ends_badly_becomes_a_question
    engine/test_engine_calls.py::test_whatever_a_tool_raises_is_its_own_failure
    registry/test_tool_failures.py::test_hostile_exceptions_do_no_harm
- a tool that prints to stdout, its children included
    bad_input/test_unruly_tools.py::test_no_tool_ends_the_run_or_spoils_the_answer
    cli/test_run.py::test_whatever_tools_print_stays_out_of_the_answer
- a tool that forks
    bad_input/test_unruly_tools.py::test_no_tool_ends_the_run_or_spoils_the_answer
    engine/test_engine_calls.py::test_a_tool_that_forks_does_not_double_the_engine
    journal/test_sqlite_processes.py::test_a_fork_does_not_keep_its_parent_alive
- a tool that changes its arguments
    bad_input/test_unruly_tools.py::test_no_tool_ends_the_run_or_spoils_the_answer
    engine/test_engine_calls.py::test_changing_arguments_harms_nobody
- `each` over 10^6 items
    bad_input/test_unruly_tools.py::test_a_million_items_are_refused_before_the_first
- a full disk
    bad_input/test_troubled_store.py::test_a_run_waits_for_space_and_goes_on_by_itself
    bad_input/test_troubled_store.py::test_a_run_that_died_on_a_full_disk_is_resumed
    bad_input/test_troubled_store.py::test_a_disk_that_is_full_from_the_start_begins_nothing
    journal/test_sqlite_faults.py::test_a_full_disk_is_told_and_the_store_works_afterwards
    engine/test_durable.py::test_a_full_disk_is_waited_out
- a read-only folder
    bad_input/test_troubled_store.py::test_what_may_not_be_written_is_said
    journal/test_sqlite_faults.py::test_a_read_only_folder_is_told
    journal/test_sqlite_faults.py::test_a_read_only_file_is_told
- a locked database
    bad_input/test_troubled_store.py::test_a_locked_store_is_waited_for_or_told
    journal/test_sqlite_faults.py::test_a_locked_store_is_told_and_works_afterwards
- a corrupt database
    bad_input/test_troubled_store.py::test_a_store_that_cannot_be_read_is_left_alone
    cli/test_looking.py::test_a_store_that_cannot_be_used_exits_with_4
    journal/test_sqlite_faults.py::test_a_damaged_store_is_told_from_a_foreign_one
    journal/test_sqlite_integrity.py::test_tampering_is_noticed
- a newer database
    bad_input/test_troubled_store.py::test_a_store_that_cannot_be_read_is_left_alone
    journal/test_sqlite_faults.py::test_a_newer_store_is_refused
    journal/test_codec.py::test_a_newer_format_is_refused
- a clock that goes backwards
    bad_input/test_clock_and_workers.py::test_a_clock_that_goes_back_a_day_loses_nothing
    engine/test_engine_runs.py::test_time_never_goes_back_in_a_journal
- two workers on one run
    bad_input/test_clock_and_workers.py::test_two_workers_on_one_run_are_one
    engine/test_engine_runs.py::test_two_processes_start_one_task_at_once
    journal/test_sqlite_processes.py::test_a_worker_that_was_replaced_is_fenced
- late answers
    bad_input/test_stray_answers.py::test_a_late_answer_changes_nothing_and_is_told_so
    journal/test_store_people.py::test_a_late_answer_is_told_how_the_review_was_closed
- answers given twice
    bad_input/test_stray_answers.py::test_answers_reach_their_own_run_once
    journal/test_store_people.py::test_the_same_answer_again_is_accepted_as_one
    engine/test_engine_runs.py::test_an_answer_is_taken_once
- contradictory answers
    bad_input/test_stray_answers.py::test_answers_reach_their_own_run_once
    cli/test_people.py::test_decisions_that_do_not_fit_are_explained
    journal/test_store_people.py::test_of_contradictory_answers_at_once_one_is_accepted
- answers by the wrong run
    bad_input/test_stray_answers.py::test_answers_reach_their_own_run_once
    journal/test_store_people.py::test_an_item_is_consumed_only_by_its_own_run_and_only_if_the_append_stands
- an unknown fact
    bad_input/test_messy_facts.py::test_a_correction_that_makes_no_sense_changes_nothing
    plan/test_compile.py::test_what_does_not_fit_together_is_named_where_it_stands
- an unknown token, and one that was used
    bad_input/test_messy_facts.py::test_a_token_takes_what_fits_and_once
    cli/test_complete_command.py::test_a_token_gives_the_result_once
    engine/test_engine_deferred.py::test_the_token_gives_the_result_once
- an expired token
    bad_input/test_messy_facts.py::test_a_token_whose_time_is_up_is_told_so
    cli/test_complete_command.py::test_a_token_expires_with_its_step
    engine/test_engine_deferred.py::test_a_token_of_a_step_that_waits_no_more_has_expired
- a result that does not fit, an unknown error code
    bad_input/test_messy_facts.py::test_a_token_takes_what_fits_and_once
    cli/test_complete_command.py::test_a_result_is_said_in_one_way
- an unknown review
    bad_input/test_messy_people.py::test_reviews_and_queues_that_are_not_there
- an unknown queue
    bad_input/test_messy_people.py::test_reviews_and_queues_that_are_not_there
    bad_input/test_messy_people.py::test_a_policy_that_says_nonsense_is_refused_in_its_places
    people/test_plan_queues.py::test_a_queue_that_the_policy_does_not_have_is_warned_about
- an unknown member
    bad_input/test_messy_people.py::test_two_approvals_are_those_of_two_people_who_may
    cli/test_policy_commands.py::test_a_stranger_does_not_decide
    people/test_members.py::test_only_members_decide
- approvals by one person twice, by the requester, by nobody
    bad_input/test_messy_people.py::test_two_approvals_are_those_of_two_people_who_may
- an answer of the wrong type
    bad_input/test_messy_facts.py::test_answers_about_facts_are_of_their_type
- a correction of something unknown, of the wrong type, by nobody
    bad_input/test_messy_facts.py::test_a_correction_that_makes_no_sense_changes_nothing
- a correction of a finished run, of the same value
    bad_input/test_messy_facts.py::test_a_fact_is_corrected_to_what_it_is_and_after_the_end
- an event beyond those that are kept, to a run that is over
    bad_input/test_messy_facts.py::test_an_event_beyond_those_that_are_kept_is_refused
- an event that the plan never waits for
    bad_input/test_messy_facts.py::test_an_event_that_the_plan_never_waits_for_is_refused
- a policy file broken while running
    cli/test_policy_commands.py::test_a_policy_broken_while_a_run_is_under_way_is_complained_about_where_the_user_looks
    people/test_office.py::test_a_policy_broken_while_running_leaves_the_old_one_loudly
- a policy broken from the beginning
    bad_input/test_messy_people.py::test_a_policy_that_says_nonsense_is_refused_in_its_places
    cli/test_policy_commands.py::test_a_broken_policy_starts_nothing
    people/test_policy_file.py::test_a_mistake_is_named_at_its_place
- a policy's rule that cannot be evaluated
    bad_input/test_messy_people.py::test_a_rule_that_cannot_be_evaluated_asks
- a queue over its capacity
    bad_input/test_messy_people.py::test_a_queue_over_its_capacity_keeps_the_next_one_waiting
    engine/test_policy_in_runs.py::test_a_queue_over_its_capacity_has_its_declared_consequence
- a handoff answered with nonsense
    bad_input/test_messy_people.py::test_a_handed_over_run_takes_no_nonsense_back
- a sub-plan that is missing or no plan
    bad_input/test_messy_plans.py::test_a_plan_that_cannot_be_run_by_another_begins_nothing
    engine/test_children.py::test_a_plan_that_is_not_there_is_known_before_the_run_is
- a plan that runs itself for ever
    bad_input/test_messy_plans.py::test_a_plan_that_runs_itself_for_ever_ends
- a sub-plan with wrong inputs
    bad_input/test_messy_plans.py::test_inputs_that_do_not_fit_are_refused_or_fail_the_step_alone
    engine/test_children.py::test_inputs_that_do_not_fit_fail_the_step_and_no_child_is_made
- a subject that is null, empty or a list
    bad_input/test_messy_plans.py::test_a_subject_that_is_no_word_writes_nothing
    core/test_pending.py::test_what_tells_effects_apart_has_to_be_a_word
- a read that is guarded or watched like an effect
    bad_input/test_messy_plans.py::test_a_read_is_not_waited_for
"""
