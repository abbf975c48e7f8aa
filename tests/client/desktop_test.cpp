// A note on a desktop, with the real libnotify on a bus of its own; notifications.py is the desktop.
#include "bridge/client/desktop.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <future>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/client/session_bus.hpp"

namespace immp::bridge::client {
namespace {

using testing::HasSubstr;

class DesktopTest : public testing::Test {
  protected:
    void SetUp() override {
        ASSERT_THAT(bus_.address(), HasSubstr("unix:"));
        ::setenv("DBUS_SESSION_BUS_ADDRESS", bus_.address().c_str(), 1);
        ::setenv("DISPLAY", ":99", 1);
    }

    /// Where a process of its own shows the note and waits for a button: what it tells of that. GLib ends its
    /// process with the bus.
    template <class Work>
    std::future<std::string> elsewhere(Work work) {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            const std::string said = work();
            ::_exit(::write(ends[1], said.data(), said.size()) < 0 ? 1 : 0);
        }
        ::close(ends[1]);
        return std::async(std::launch::async, [child, end = ends[0]] {
            std::string text;
            pollfd waiting{end, POLLIN, 0};
            std::array<char, 256> room;
            ssize_t got = 1;
            while (got > 0 && ::poll(&waiting, 1, test::kBusPatienceMs) == 1) {
                got = ::read(end, room.data(), room.size());
                text.append(room.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
            }
            ::close(end);
            ::kill(child, SIGKILL);
            ::waitpid(child, nullptr, 0);
            return text;
        });
    }

    const test::SessionBus bus_;
};

/// Shows it; the button that was pressed, or why it is not shown.
std::string pressed(const DesktopNote& note) {
    std::promise<std::string> chosen;
    auto button = chosen.get_future();
    const auto desktop = Desktop::find([&](const std::string& id, const DesktopButton& one) {
        chosen.set_value(id + " " + std::to_string(one.place) + " " + one.label);
    });
    if (!desktop) return "no desktop";
    if (const auto shown = desktop->show(note); !shown)
        return std::to_string(static_cast<int>(shown.error().status)) + " " + shown.error().text;
    return button.wait_for(std::chrono::milliseconds(test::kBusPatienceMs)) == std::future_status::ready
               ? button.get()
               : "nothing";
}

TEST_F(DesktopTest, ShowsANoteAndTellsWhichButtonWasPressed) {
    const auto desktop = bus_.raise_desktop();
    ASSERT_TRUE(desktop);
    auto button = elsewhere([] {
        return pressed({"id",
                        "a.example\n",
                        "<b>Sure?</b>\x1b & so on\n[Yes] https://b.example/?x=1&y=2",
                        {"Yes", "No"},
                        true});
    });
    EXPECT_EQ(desktop->line(),
              "{\"note\": 1, \"program\": \"immp\", \"title\": \"a.example \", \"text\": "
              "\"&lt;b&gt;Sure?&lt;/b&gt;\uFFFD &amp; so on\\n[Yes] https://b.example/?x=1&amp;y=2\", "
              "\"actions\": [\"0\", \"Yes\", \"1\", \"No\"], \"urgency\": 2}");
    ASSERT_TRUE(desktop->say("1 1\n"));
    EXPECT_EQ(button.get(), "id 1 No");
}

TEST_F(DesktopTest, SaysWhereNobodyShowsNotes) {
    EXPECT_THAT(elsewhere([] { return pressed({"id", "title", "text", {}, false}); }).get(),
                HasSubstr("69 this desktop shows no notifications ("));
}

TEST_F(DesktopTest, FindsNoneWithoutAScreenOrABus) {
    ::unsetenv("DISPLAY");
    ::unsetenv("WAYLAND_DISPLAY");
    EXPECT_EQ(Desktop::find({}), nullptr);
    ::setenv("WAYLAND_DISPLAY", "wayland-9", 1);
    ::unsetenv("DBUS_SESSION_BUS_ADDRESS");
    ::setenv("XDG_RUNTIME_DIR", "/nowhere", 1);
    EXPECT_EQ(Desktop::find({}), nullptr);
}

}  // namespace
}  // namespace immp::bridge::client
