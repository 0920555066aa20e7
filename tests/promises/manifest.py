"""What the daemon promises, sentence by sentence; every promise has a test that would notice.

A test that keeps one says so with ``@promise(name)``, or is named here in ``covered_by``.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

Test = TypeVar("Test", bound=Callable[..., object])


class Promise(NamedTuple):
    """One promise."""

    sentence: str
    source: str = "own"
    """Who else keeps it, or where it is written."""
    covered_by: tuple[str, ...] = ()
    """Tests that keep it without saying so: ``file::name`` below ``tests``."""
    divergence: str | None = None
    """How far today's behaviour falls short; the tests pin that behaviour."""


def promise(*names: str) -> Callable[[Test], Test]:
    """Say which promises a test keeps; a name that is none fails at once."""
    for name in names:
        if name not in PROMISES:
            raise KeyError(f"there is no promise {name!r}")
    return lambda test: test


JSON_RPC = "JSON-RPC 2.0"
LSP = "vscode-languageserver-node"
MCP = "MCP python-sdk"

WIRE = {
    "parse-error": Promise(
        "A line that is not JSON is answered with -32700 and no id, and the next line is served.",
        f"{JSON_RPC}, 5",
        ("rpc/test_messages.py::test_ten_thousand_damaged_lines_are_accepted_or_refused",),
    ),
    "one-reply": Promise("Every line with an id gets exactly one reply.", JSON_RPC),
    "encoding": Promise(
        "What is not UTF-8, or begins with a byte order mark, is refused and nothing else happens."
    ),
    "too-long": Promise(
        "A line over 1 MiB is one -32600, whatever its length, in bounded memory.",
        covered_by=(
            "rpc/test_framing.py::test_a_line_of_two_gibibytes_costs_no_memory",
            "rpc/test_framing.py::test_each_long_line_is_one",
        ),
    ),
    "no-smuggling": Promise(
        "No part of a refused line is ever executed.",
        covered_by=("rpc/test_framing.py::test_no_part_of_a_long_line_passes_for_a_line",),
    ),
    "numbers": Promise("Numbers arrive exactly or are refused, and are never echoed as non-JSON."),
    "nesting": Promise("A line of 100,000 brackets is a parse error, not the end."),
    "params": Promise("Wrong, missing and foreign parameters give the code of their fault."),
    "unknown": Promise(
        "An unknown method is -32601; an unknown notification is passed over in silence.", JSON_RPC
    ),
    "batch": Promise("Batches are refused with one -32600.", f"{JSON_RPC}, 6"),
    "id": Promise("Ids are null, strings and whole numbers of any size, and come back as sent."),
    "reply-first": Promise("A reply goes before every notification that its call caused."),
    "reply-order": Promise("Replies come in the order of the calls, but for what takes seconds."),
    "responsive": Promise("Calls are answered while a track is computed or exported."),
    "burst": Promise("Of ten thousand requests ten are taken and the others refused by name."),
    "half-line": Promise(
        "Half a line at the end of the input is not executed; the exit code is 0."
    ),
    "protocol-only": Promise(
        "Nothing but protocol reaches the client, whatever a backend prints.", MCP
    ),
    "whole-lines": Promise(
        "Lines of many threads never interleave.",
        covered_by=("rpc/test_outbox.py::test_lines_of_many_threads_never_interleave",),
    ),
    "slow-reader": Promise(
        "A client that does not read can neither block nor bloat the daemon.",
        covered_by=(
            "rpc/test_outbox.py::test_too_many_lines_mean_the_client_is_gone",
            "rpc/test_outbox.py::test_too_many_bytes_mean_the_client_is_gone",
        ),
    ),
    "coalesced": Promise(
        "Progress is summed up for a slow reader; the end of a job never is.",
        covered_by=("rpc/test_outbox.py::test_however_much_is_replaced_ends_are_never_lost",),
    ),
    "newest-last": Promise("The last ``queue_changed`` describes the queue as it stands."),
    "fuzz": Promise(
        "Any bytes are accepted or refused with a documented fault.",
        covered_by=(
            "rpc/test_messages.py::test_any_bytes_are_accepted_or_refused",
            "rpc/test_messages.py::test_any_envelope_is_accepted_or_refused",
            "rpc/test_framing.py::test_byte_by_byte_gives_the_same_lines",
        ),
    ),
    "foreign-params": Promise("Parameters nobody knows are ignored."),
    "fitting": Promise("A client that does not fit is told what to do."),
}

LIFE = {
    "first-pong": Promise(
        "The first ping is answered before anything slow is imported.",
        covered_by=("rpc/test_messages.py::test_the_first_answer_waits_for_no_heavy_import",),
    ),
    "eof": Promise("When the input ends, the daemon ends with code 0.", MCP),
    "eof-native": Promise(
        "So it does inside a native call, which leaves no track behind.", "whisper.cpp"
    ),
    "parent-killed": Promise("A daemon whose editor was killed is gone, and its worker, too.", LSP),
    "sibling": Promise("So it is when another process holds its input open.", LSP),
    "killed": Promise(
        "A killed daemon takes its worker along, even inside a native call.",
        covered_by=("jobs/test_worker.py::test_it_never_outlives_its_parent",),
    ),
    "signals": Promise("SIGTERM ends it with 143, SIGINT with 130, also inside a native call."),
    "hang-up": Promise("Hang-ups and a closed stderr do not concern the protocol.", MCP),
    "closed-stdout": Promise("A client that closes its end is left quietly."),
    "suspended": Promise("A suspended daemon finds neither itself idle nor its job hanging."),
    "idle": Promise("An idle daemon leaves after the time set, and never during a job."),
    "odd-starts": Promise(
        "It starts, or says why not, without descriptors, home, or working directory."
    ),
    "held-disk": Promise("It leaves in time also while another program holds the library."),
    "shutdown": Promise("``shutdown`` is answered, then everything ends and nothing is taken up."),
    "no-start": Promise("A daemon that cannot be built answers pings and says so to other calls."),
    "no-leaks": Promise("Descriptors, processes and memory stay the same however jobs end."),
}

QUEUE = {
    "positions": Promise("A position is the number of jobs ahead, the running one included."),
    "capacity": Promise("The eleventh job is refused; the running one holds a slot."),
    "priority": Promise("High goes before normal and behind earlier high ones."),
    "move": Promise("A waiting job can be moved, and everyone is told."),
    "clear": Promise("Clearing gives up what waits; the running job goes on."),
    "cancel-waiting": Promise("A waiting job can be cancelled, at step 0."),
    "cancel-running": Promise(
        "A running job can be cancelled, even in a deaf native call, and leaves no file.",
        "whisper.cpp",
        ("jobs/test_worker.py::test_a_model_that_can_be_interrupted_stays_in_memory",),
    ),
    "cancel-loading": Promise("A load can be cancelled."),
    "race": Promise("When a cancellation meets the end of its job, exactly one of them is told."),
    "one-end": Promise("Each job ends in exactly one notification."),
    "neighbours": Promise("A job that crashes, dies, exits or raises costs no other job."),
    "true-name": Promise("A failed job says its true error name, once."),
    "sound": Promise("NaN, infinity and silence are errors, not tracks.", "piper"),
    "deadline": Promise("A backend that hangs is ended by the deadline of its step.", "ollama"),
    "crash-twice": Promise(
        "A job that took two daemons with it is failed by the third and named.", "procrastinate"
    ),
    "survives": Promise(
        "Waiting jobs outlive a killed daemon, each once and in order.",
        covered_by=("library/test_journal.py::test_no_kill_loses_or_doubles_a_waiting_job",),
    ),
    "over-capacity": Promise("Jobs left behind are all taken over, even more than fit."),
    "living": Promise(
        "Jobs of a living daemon are nobody else's.",
        covered_by=(
            "library/test_journal.py::test_jobs_of_the_living_are_left_alone",
            "library/test_journal.py::test_four_daemons_take_each_job_of_the_dead_once",
        ),
    ),
    "twins": Promise("The same request twice is one computation, and both callers are told."),
    "same-bytes": Promise("The same request gives the same bytes, in another daemon, too."),
    "hits": Promise("A finished track is answered at once, also after a restart, without a model."),
    "seeds": Promise("A seed is honoured and returned; a drawn one is below 2^32."),
    "recipe": Promise("Whatever changes the sound changes the id."),
    "progress": Promise("Progress rises in steps of 5, loading included, and stops at 99."),
    "complete": Promise("A completed job tells path, true length, seed, backend and version."),
    "threads": Promise("The thread count asked for reaches the model."),
    "device": Promise("An explicit device that cannot be had is an error, not another device."),
    "unload": Promise("An idle model gives its memory back."),
    "warm": Promise("One model stays in memory between jobs."),
    "unwritable": Promise("Where nothing can be kept, jobs fail by name and the daemon lives."),
    "journal": Promise("A journal that cannot be written breaks no queue."),
}

INPUTS = {
    "names": Promise("Names of backends are looked up, never imported, joined or formatted."),
    "track-ids": Promise("What is not 16 hex digits is no id, for every method.", "ollama"),
    "paths": Promise("No method takes a path."),
    "prompts": Promise(
        "Prompts hold 1 to 1000 characters of any script and no control characters."
    ),
    "log-lines": Promise("What a client sends cannot begin a line of the log."),
    "no-code": Promise("Nothing that is read can run: no pickle, eval, exec or shell."),
    "settings": Promise("Bad settings are named, and the daemon starts without them."),
    "secrets": Promise("Secrets of the environment are in no log, message or process title."),
    "output": Promise(
        "Files of the command line are whole or absent and replace nothing unasked.",
        covered_by=("test_audiofile.py::test_an_existing_file_is_kept_unless_told_otherwise",),
    ),
}

LIBRARY = {
    "torn": Promise(
        "A kill at any moment leaves no torn track, and no row without its file.",
        covered_by=(
            "library/test_kills.py::test_no_random_kill_tears_a_track_or_parts_a_row_from_its_file",
            "library/test_kills.py::test_a_kill_at_the_nth_call_leaves_whole_tracks",
        ),
    ),
    "nth-error": Promise(
        "An error of the disk at any call is said and leaves nothing partial.",
        covered_by=(
            "library/test_kills.py::test_an_error_at_the_nth_call_is_said_and_leaves_nothing_partial",
            "library/test_disk.py::test_a_limit_on_file_sizes_fails_tracks_one_by_one",
        ),
    ),
    "full": Promise(
        "A full disk fails the track and nothing else, at the start, too.",
        covered_by=(
            "library/test_disk.py::test_a_full_disk_fails_the_track_and_nothing_else",
            "library/test_disk.py::test_a_full_disk_at_the_start_still_serves_and_recovers",
        ),
    ),
    "read-only": Promise(
        "A read-only library serves what it has.",
        covered_by=("library/test_disk.py::test_a_read_only_library_serves_what_it_has",),
    ),
    "repair": Promise(
        "Opening repairs: parts, strays, rows of another size, a broken database.",
        covered_by=(
            "library/test_repair.py::test_rows_without_their_file_or_of_another_size_are_dropped",
            "library/test_repair.py::test_a_database_that_cannot_be_used_is_set_aside_and_rebuilt",
            "library/test_repair.py::test_bytes_flipped_in_any_page_cost_no_track",
        ),
    ),
    "daemons": Promise(
        "Daemons on one library never harm each other.",
        covered_by=(
            "library/test_daemons.py::test_four_daemons_on_the_same_tracks_never_harm_each_other",
        ),
    ),
    "clock": Promise(
        "The clock may do what it likes.",
        covered_by=(
            "library/test_repair.py::test_the_order_of_eviction_does_not_come_from_the_clock",
        ),
    ),
    "tampered": Promise(
        "A file changed by hand is a miss and can be made again.",
        covered_by=(
            "library/test_shelf.py::test_a_file_changed_by_hand_is_a_miss_and_can_be_made_again",
        ),
    ),
    "links": Promise(
        "Nothing is written through a link inside the library.",
        covered_by=(
            "library/test_repair.py::test_a_link_inside_the_library_is_never_written_through",
        ),
    ),
    "budget": Promise(
        "Eviction keeps the budget and spares the newest and the favourites.",
        covered_by=(
            "library/test_departure.py::test_a_track_larger_than_the_budget_stays_until_the_next",
            "library/test_departure.py::test_never_more_tracks_than_the_limit",
        ),
    ),
    "modes": Promise(
        "Nobody else can read the library, whatever the umask.",
        covered_by=("library/test_shelf.py::test_nobody_else_can_read_it_whatever_the_umask",),
    ),
    "odd-paths": Promise(
        "Any path will do.", covered_by=("library/test_shelf.py::test_any_path_will_do",)
    ),
    "held": Promise(
        "A database held by another program is a clean error.",
        covered_by=(
            "library/test_disk.py::test_an_index_held_by_another_program_is_a_clean_error",
        ),
    ),
}

WEIGHTS = {
    "bytes": Promise(
        "Weights with wrong bytes are never installed: they are named, removed and fetched anew.",
        "ollama",
        (
            "hub/test_download.py::test_one_wrong_byte_is_noticed_and_fetched_again",
            "hub/test_download.py::test_wrong_bytes_twice_are_an_error_that_names_the_file",
            "hub/test_check.py::test_one_wrong_byte_in_an_installed_file_is_found_and_removed",
        ),
    ),
    "resume": Promise(
        "An interrupted download goes on where it stopped, whatever ended it.",
        "ollama",
        ("hub/test_processes.py::test_a_killed_download_costs_hardly_a_byte_twice",),
    ),
    "truncated": Promise(
        "Bodies that end early or lie about their length are asked for again, then given up.",
        covered_by=(
            "hub/test_download.py::test_what_breaks_once_is_mended",
            "hub/test_download.py::test_what_stays_broken_ends_after_five_attempts",
        ),
    ),
    "ranges": Promise(
        "A hub that ignores or refuses ranges costs a fresh start, never a mixed file.",
        covered_by=(
            "hub/test_download.py::test_a_range_that_is_ignored_starts_the_file_over",
            "hub/test_download.py::test_a_range_that_is_refused_starts_the_file_over",
            "hub/test_download.py::test_a_range_from_elsewhere_is_not_appended",
        ),
    ),
    "changed": Promise(
        "A file that changes on the way is fetched anew once, then it is an error.",
        covered_by=(
            "hub/test_download.py::test_a_file_that_changes_on_the_way_is_fetched_anew",
            "hub/test_download.py::test_a_file_that_stays_changed_is_an_error",
        ),
    ),
    "backoff": Promise(
        "Busy and stalling hubs are asked again, a bounded number of times, when they say so.",
        covered_by=(
            "hub/test_download.py::test_what_stays_broken_ends_after_five_attempts",
            "hub/test_download.py::test_whoever_asks_us_to_wait_is_waited_for",
            "hub/test_download.py::test_a_connection_that_stalls_is_dropped",
        ),
    ),
    "cancel": Promise(
        "A download can be given up at any moment, also while its hub says nothing.",
        covered_by=("hub/test_download.py::test_nobody_need_wait_for_a_connection_that_stalls",),
    ),
    "token": Promise(
        "The token goes to the hub alone and is in no log and no message.",
        covered_by=("hub/test_download.py::test_the_token_goes_to_the_hub_and_nobody_else",),
    ),
    "disk": Promise(
        "A disk too small is said before the first byte; what has come stays if it fills up.",
        covered_by=(
            "hub/test_download.py::test_a_disk_too_small_is_said_before_the_first_byte",
            "hub/test_processes.py::test_a_disk_that_fills_up_is_said_and_the_rest_comes_later",
        ),
    ),
    "one-transfer": Promise(
        "Several programs that want one model cost one transfer.",
        covered_by=("hub/test_processes.py::test_three_at_once_cost_one_transfer",),
    ),
    "next": Promise(
        "When the one that downloads is killed, the next goes on at once.",
        covered_by=("hub/test_processes.py::test_who_waits_takes_over_from_the_killed",),
    ),
    "pages": Promise(
        "Pages, pointers, compressed and empty bodies are no files.",
        covered_by=(
            "hub/test_download.py::test_pages_and_pointers_are_refused_at_once",
            "hub/test_download.py::test_an_empty_body_is_no_file",
        ),
    ),
    "names": Promise(
        "No name in a manifest or from a client leads out of the model's folder.",
        covered_by=(
            "test_manifest.py::test_names_that_could_lead_anywhere_else_are_refused",
            "test_manifest.py::test_names_that_mean_something_else_in_a_model_folder_are_refused",
            "test_manifest.py::test_twins_but_for_upper_and_lower_case_are_refused",
        ),
    ),
    "offline": Promise(
        "Without a network installed models work, and others say how to get them.",
        covered_by=("hub/test_processes.py::test_without_a_network_what_is_missing_is_said",),
    ),
    "progress": Promise(
        "Progress never falls, ends at 100 % and is told at most four times a second.",
        covered_by=(
            "hub/test_download.py::test_progress_never_falls_and_ends_at_the_end",
            "hub/test_progress.py::test_at_most_four_events_a_second_and_always_the_last",
        ),
    ),
    "meanwhile": Promise("Calls are answered and tracks made during a download."),
    "sweep": Promise(
        "What is left of other revisions goes after a day.",
        covered_by=("hub/test_download.py::test_parts_of_other_revisions_go_after_a_day",),
    ),
    "consent": Promise("Nothing is downloaded before the user agreed to size and licence."),
    "told": Promise("A download is answered at once and ends in exactly one notification."),
}

MODELS = {
    "served": Promise("A neural track has progress, its licence and its model's version."),
    "ace-step": Promise(
        "ACE-Step is served like any backend: its steps are told, its errors are the contract's, "
        "its tasks take tracks of the library, and a step that goes wrong is named."
    ),
    "cancel": Promise(
        "A neural track can be given up at any moment; the next one is right.", "whisper.cpp"
    ),
    "half-installed": Promise("A model that lacks a file is not ready, and the file is named."),
    "broken": Promise("Damaged weights and weights that are not numbers cost their job alone."),
    "damage": Promise(
        "No damage to a model file ends a process or passes for another error.",
        covered_by=(
            "backends/musicgen/test_damage.py::"
            "test_no_damage_ends_the_process_or_escapes_as_another_error",
        ),
    ),
    "names": Promise(
        "A graph with other tensors than expected is refused at load, by the tensor's name.",
        "piper",
        (
            "backends/musicgen/test_damage.py::test_a_tensor_of_another_name_is_said_at_load",
            "backends/musicgen/test_damage.py::test_a_tensor_of_another_type_is_said_at_load",
        ),
    ),
    "same-bytes": Promise("The same request to the same model makes the same bytes."),
    "streaming": Promise("Sound can be heard while later tokens are still being made."),
    "continue": Promise("A track can go on from another one of the library, and from no path."),
    "memory": Promise("Too little memory is an error in one line.", "ollama"),
}

EDITOR = {
    "quit": Promise(
        "Neovim leaves at once during a job, and the daemon follows.",
        "Neovim's LSP client",
        (
            "nvim/test_end_to_end.py::"
            "test_neovim_leaves_at_once_during_a_job_and_the_daemon_follows",
            "nvim/test_daemon.py::test_neovim_does_not_wait_for_one_that_will_not_leave",
        ),
    ),
    "killed": Promise(
        "A daemon whose Neovim was killed leaves.",
        covered_by=("nvim/test_daemon.py::test_it_leaves_when_neovim_is_killed",),
    ),
    "crash": Promise(
        "A daemon that dies is started again after growing pauses, three times at most, and the "
        "user is told once.",
        "nvim-dap",
        (
            "nvim/test_daemon.py::"
            "test_one_that_dies_at_work_answers_all_and_comes_back_and_the_user_is_told_once",
            "nvim/test_daemon.py::"
            "test_one_that_never_lives_is_tried_three_times_more_and_told_once",
        ),
    ),
    "chunks": Promise(
        "Messages arrive whole wherever the chunks end, however long, whatever is between.",
        "Neovim's LSP client",
        (
            "nvim/test_rpc.py::test_lines_arrive_whole_wherever_the_chunks_end",
            "nvim/test_rpc.py::test_a_line_of_a_mebibyte_arrives",
            "nvim/test_rpc.py::test_garbage_between_lines_is_reported_and_passed_over",
            "nvim/test_daemon.py::test_messages_in_crumbs_and_noise_between_them_do_no_harm",
        ),
    ),
    "callbacks": Promise(
        "Each callback is called exactly once, with an error if the daemon died.",
        "MCP python-sdk",
        (
            "nvim/test_daemon.py::test_fifty_who_wait_are_answered_when_it_is_killed",
            "nvim/test_generation.py::test_the_callback_comes_once_with_the_track",
        ),
    ),
    "flood": Promise(
        "The editor answers while the daemon floods it with messages.",
        covered_by=(
            "nvim/test_daemon.py::test_a_flood_does_not_take_the_editor_away",
            "nvim/ui/test_studio.py::test_a_thousand_messages_are_drawn_a_few_times",
        ),
    ),
    "seeds": Promise(
        "A seed survives the way through Lua's numbers.",
        covered_by=("nvim/test_generation.py::test_a_seed_survives_the_way",),
    ),
    "shown": Promise(
        "Text from outside is shown without control characters, and cut to where it stands.",
        covered_by=(
            "nvim/test_text.py::test_control_characters_do_not_reach_the_screen",
            "nvim/test_progress.py::test_prompts_are_shown_escaped",
            "nvim/ui/test_render.py::"
            "test_text_from_outside_cannot_break_lines_or_send_control_characters",
            "nvim/ui/test_statusline.py::test_titles_are_cut_and_cannot_give_orders",
            "nvim/ui/test_nonsense.py::test_nonsense_is_drawn_as_well_as_it_can_be",
            "nvim/test_progress.py::test_no_message_stops_the_editor_until_a_key_is_pressed",
        ),
    ),
    "setup": Promise(
        "Settings may be made twice, modules loaded anew, and tabs share one daemon.",
        covered_by=(
            "nvim/test_config.py::test_setup_twice_is_the_second",
            "nvim/test_start.py::test_it_may_be_loaded_anew",
            "nvim/test_start.py::test_two_tabs_share_one_daemon",
        ),
    ),
}

SOUND = {
    "heard-soon": Promise("A track is heard within a second of the command."),
    "heard-exactly": Promise("Pitch and volume are exact; what is paused or muted is silent."),
    "no-clicks": Promise(
        "Nothing that a key does clicks.",
        covered_by=("playback/test_player.py::test_nothing_that_a_key_does_clicks",),
    ),
    "no-gaps": Promise(
        "One track follows the other without a gap.",
        covered_by=(
            "playback/test_mixer.py::test_without_a_fade_there_is_no_gap_and_no_overlap",
            "playback/test_player.py::test_a_list_is_played_through_without_a_gap",
        ),
    ),
    "crossfade": Promise(
        "In a crossfade the powers of both tracks add up to that of one.",
        covered_by=("playback/test_mixer.py::test_powers_add_up_to_one_in_a_crossfade",),
    ),
    "devices": Promise("Audio devices are listed and chosen while something plays."),
    "device-lost": Promise(
        "A sound server that goes away is a problem that is told, never the end of the daemon.",
        covered_by=(
            "playback/test_player.py::test_an_output_that_goes_away_is_opened_again",
            "playback/test_player.py::test_one_that_stays_away_is_a_problem_and_is_looked_for",
        ),
    ),
    "plays-files": Promise("Files of any rate and any number of channels are played to the end."),
    "silent-when-left": Promise(
        "Within a second of the death of the editor, or of the daemon, nothing is heard."
    ),
    "no-stutter": Promise(
        "No sound is missing while a model computes on all cores.",
        covered_by=(
            "playback/test_stutter.py::test_sound_does_not_stutter_while_a_model_computes",
        ),
    ),
    "half-an-hour": Promise(
        "Half an hour is played without a gap, in the memory of a minute.",
        covered_by=(
            "playback/test_deck.py::test_half_an_hour_is_played_without_a_gap_in_bounded_memory",
        ),
    ),
}

RADIO = {
    "heard-soon": Promise("The radio is heard within a second of the call."),
    "no-gap": Promise("Tracks join the radio without a gap, for minutes on end."),
    "obedient": Promise("What is steered in the mix is heard within 0.8 seconds."),
    "silent-when-left": Promise(
        "When the editor dies, however it does, the radio is silent within a second."
    ),
    "never-silent": Promise(
        "Once the radio plays, something always plays: whatever fails, is skipped or is late.",
        covered_by=(
            "radio/test_director.py::test_hours_of_tracks_of_any_length_made_in_any_time_are_never_silent",
            "radio/test_station.py::test_tracks_join_and_sound_never_stops",
        ),
    ),
    "fit-to-be-heard": Promise(
        "Silence, clipping and stuck sound never go on air.",
        covered_by=(
            "radio/test_gate.py::test_a_degenerate_take_is_refused_and_the_reason_named",
            "radio/test_station.py::test_degenerate_takes_never_go_on_air",
        ),
    ),
    "makes-way": Promise(
        "The radio's own tracks wait for everybody else's.",
        covered_by=(
            "radio/test_producer.py::test_it_makes_way_for_somebody_elses_job",
            "radio/test_producer.py::test_while_others_wait_there_is_no_room",
        ),
    ),
    "kept-whole": Promise(
        "What is kept of the radio is a whole track in the library, or nothing is.",
        covered_by=(
            "radio/test_keeping.py::test_sound_becomes_a_favourite_track_with_its_origin",
            "radio/test_keeping.py::test_on_a_full_disk_nothing_is_kept",
        ),
    ),
}

PROMISES = {
    f"{group}:{name}": each
    for group, promises in {
        "wire": WIRE,
        "life": LIFE,
        "queue": QUEUE,
        "inputs": INPUTS,
        "library": LIBRARY,
        "weights": WEIGHTS,
        "models": MODELS,
        "editor": EDITOR,
        "sound": SOUND,
        "radio": RADIO,
    }.items()
    for name, each in promises.items()
}
