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

#include "tests/support/folders.hpp"
#include "tests/support/temporary_folder.hpp"

namespace immp::bridge::client {
namespace {

using testing::HasSubstr;

constexpr int kPatienceMs = 30'000;

/// A program with both ends of a conversation; ended with the test.
class Child {
  public:
    explicit Child(const std::vector<std::string>& words) {
        std::array<int, 2> in{};
        std::array<int, 2> out{};
        if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0) return;
        id_ = ::fork();
        if (id_ == 0) {
            ::dup2(in[0], STDIN_FILENO);
            ::dup2(out[1], STDOUT_FILENO);
            std::vector<char*> argv;
            for (const std::string& word : words)
                argv.push_back(const_cast<char*>(word.c_str()));
            argv.push_back(nullptr);
            ::execv(argv[0], argv.data());
            ::_exit(127);
        }
        ::close(in[0]);
        ::close(out[1]);
        to_ = in[1];
        from_ = out[0];
    }
    ~Child() {
        if (id_ > 0) {
            ::kill(id_, SIGTERM);
            ::waitpid(id_, nullptr, 0);
        }
        ::close(to_);
        ::close(from_);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    /// Less than a line where none comes in time.
    std::string line() {
        std::string text;
        pollfd waiting{from_, POLLIN, 0};
        while (!text.ends_with('\n') && ::poll(&waiting, 1, kPatienceMs) == 1) {
            char c = 0;
            if (::read(from_, &c, 1) != 1) break;
            text += c;
        }
        return text.empty() ? text : text.substr(0, text.size() - 1);
    }
    void say(const std::string& text) {
        ASSERT_EQ(::write(to_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }

  private:
    pid_t id_ = -1;
    int to_ = -1;
    int from_ = -1;
};

class DesktopTest : public testing::Test {
  protected:
    /// A bus on which nothing starts by itself.
    void SetUp() override {
        const std::string config = folder_.write(
            "bus.conf", "<busconfig><type>session</type><listen>unix:dir=" + folder_.path("") +
                            "</listen><policy context=\"default\"><allow send_destination=\"*\"/>"
                            "<allow receive_sender=\"*\"/><allow own=\"*\"/></policy></busconfig>");
        bus_ = std::make_unique<Child>(std::vector<std::string>{
            "/usr/bin/dbus-daemon", "--nofork", "--config-file=" + config, "--print-address=1"});
        const std::string address = bus_->line();
        ASSERT_THAT(address, HasSubstr("unix:"));
        ::setenv("DBUS_SESSION_BUS_ADDRESS", address.c_str(), 1);
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
            while (got > 0 && ::poll(&waiting, 1, kPatienceMs) == 1) {
                got = ::read(end, room.data(), room.size());
                text.append(room.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
            }
            ::close(end);
            ::kill(child, SIGKILL);
            ::waitpid(child, nullptr, 0);
            return text;
        });
    }

    const test::TemporaryFolder folder_;
    std::unique_ptr<Child> bus_;
};

/// Shows it; the button that was pressed, or why it is not shown.
std::string pressed(const DesktopNote& note) {
    std::promise<std::string> chosen;
    auto button = chosen.get_future();
    const auto desktop = Desktop::find(
        [&](const std::string& id, const std::string& label) { chosen.set_value(id + " " + label); });
    if (!desktop) return "no desktop";
    if (const auto shown = desktop->show(note); !shown)
        return std::to_string(static_cast<int>(shown.error().status)) + " " + shown.error().text;
    return button.wait_for(std::chrono::milliseconds(kPatienceMs)) == std::future_status::ready ? button.get()
                                                                                                : "nothing";
}

TEST_F(DesktopTest, ShowsANoteAndTellsWhichButtonWasPressed) {
    Child desktop({"/usr/bin/python3", tests::tests_path("client/notifications.py")});
    EXPECT_EQ(desktop.line(), R"({"ready": "org.freedesktop.Notifications"})");
    auto button = elsewhere([] {
        return pressed({"id",
                        "a.example\n",
                        "<b>Sure?</b>\x1b & so on\n[Yes] https://b.example/?x=1&y=2",
                        {"Yes", "No"},
                        true});
    });
    EXPECT_EQ(desktop.line(),
              "{\"note\": 1, \"program\": \"immp\", \"title\": \"a.example \", \"text\": "
              "\"&lt;b&gt;Sure?&lt;/b&gt;\uFFFD &amp; so on\\n[Yes] https://b.example/?x=1&amp;y=2\", "
              "\"actions\": [\"0\", \"Yes\", \"1\", \"No\"], \"urgency\": 2}");
    desktop.say("1 1\n");
    EXPECT_EQ(button.get(), "id No");
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
    ::setenv("XDG_RUNTIME_DIR", folder_.path("none").c_str(), 1);
    EXPECT_EQ(Desktop::find({}), nullptr);
}

}  // namespace
}  // namespace immp::bridge::client
