"""Who hears of what, and that nobody is harmed by another."""

from fixtures.editor import Editor

HEARD = 'local heard = {} local lofi = require("lofi") local emit = require("lofi.events").emit '


def test_a_handler_hears_until_it_is_taken_off(editor: Editor) -> None:
    assert editor.lua(
        HEARD
        + """
        local off = lofi.on("generation_start", function(data)
          table.insert(heard, data.track_id)
        end)
        emit("generation_start", { track_id = "a" })
        off()
        off()
        emit("generation_start", { track_id = "b" })
        return heard
        """
    ) == ["a"]


def test_once_hears_once(editor: Editor) -> None:
    assert editor.lua(
        HEARD
        + """
        lofi.once("volume_changed", function(data) table.insert(heard, data.volume) end)
        emit("volume_changed", { volume = 1 })
        emit("volume_changed", { volume = 2 })
        return heard
        """
    ) == [1]


def test_a_handler_that_takes_itself_off_does_not_rob_the_next_one(editor: Editor) -> None:
    assert editor.lua(
        HEARD
        + """
        local off
        off = lofi.on("daemon_start", function() table.insert(heard, 1) off() end)
        lofi.on("daemon_start", function() table.insert(heard, 2) end)
        lofi.on("daemon_start", function() table.insert(heard, 3) end)
        emit("daemon_start", {})
        emit("daemon_start", {})
        return heard
        """
    ) == [1, 2, 3, 2, 3]


def test_a_handler_that_fails_is_reported_and_the_next_one_hears(editor: Editor) -> None:
    assert editor.lua(
        HEARD
        + """
        local notes = {}
        vim.notify = function(text) table.insert(notes, text) end
        lofi.on("daemon_start", function() error("oops") end)
        lofi.on("daemon_start", function() table.insert(heard, 2) end)
        emit("daemon_start", {})
        return { heard, #notes, notes[1]:find("a handler of daemon_start failed", 1, true) ~= nil }
        """
    ) == [[2], 1, True]


def test_a_user_autocommand_hears_the_same(editor: Editor) -> None:
    assert editor.lua(
        HEARD
        + """
        local function hear(event) table.insert(heard, { event.match, event.data.percent }) end
        local pattern = "LofiGenerationProgress"
        vim.api.nvim_create_autocmd("User", { pattern = pattern, callback = hear })
        emit("generation_progress", { percent = 35 })
        return heard
        """
    ) == [["LofiGenerationProgress", 35]]


def test_an_autocommand_that_fails_is_reported_and_harms_nobody(editor: Editor) -> None:
    assert editor.lua(
        HEARD
        + """
        local function fine() table.insert(heard, 2) end
        for _, fn in ipairs({ function() error("oops") end, fine }) do
          vim.api.nvim_create_autocmd("User", { pattern = "LofiDaemonStart", callback = fn })
        end
        emit("daemon_start", {})
        return heard
        """
    ) == [2]
    assert "oops" in editor.messages()


def test_an_event_that_there_is_not_is_named_with_the_nearest(editor: Editor) -> None:
    ok, why = editor.lua('return { pcall(require("lofi").on, "generation_strat", print) }')
    assert not ok
    assert why == 'lofi: there is no event "generation_strat", did you mean "generation_start"?'


def test_the_same_news_twice_is_one_event(editor: Editor) -> None:
    assert editor.lua(
        HEARD
        + """
        local take = require("lofi.notifications").take
        lofi.on("generation_progress", function(p) table.insert(heard, p.percent) end)
        lofi.on("queue_changed", function() table.insert(heard, "queue") end)
        take("generation_start", { track_id = "a", prompt = "x" })
        for _, percent in ipairs({ 5, 5, 10 }) do
          take("generation_progress", { track_id = "a", state = "generating", percent = percent })
        end
        take("queue_changed", { pending = {}, capacity = 10 })
        take("queue_changed", { pending = {}, capacity = 10 })
        return heard
        """
    ) == [5, 10, "queue"]


def test_news_that_is_told_in_two_ways_is_one_event_whatever_comes_first(editor: Editor) -> None:
    assert editor.lua(
        HEARD
        + """
        local take = require("lofi.notifications").take
        lofi.on("volume_changed", function(p) table.insert(heard, p.volume) end)
        lofi.on("radio_changed", function(p) table.insert(heard, p.radio.title) end)
        for _, volume in ipairs({ 0.4, 0.4, 0.5 }) do
          take("playback_changed", { state = "playing", volume = volume, radio = { title = "x" } })
          take("volume_changed", { volume = volume, muted = false })
          take("radio_changed", { radio = { title = "x" } })
        end
        return heard
        """
    ) == [0.4, "x", 0.5]


def test_nobody_can_make_the_mirror_believe_what_is_no_notification(editor: Editor) -> None:
    assert editor.lua(
        """
        local take = require("lofi.notifications").take
        local ours = { "daemon", "daemon_exit", "daemon_start" }
        for _, name in ipairs(vim.list_extend(ours, { "get_backends", "error_of", "nonsense" })) do
          take(name, { status = "ready", backends = { {} }, error = {} })
        end
        local state = require("lofi").state()
        return { state.daemon.status, #state.backends }
        """
    ) == ["stopped", 0]
