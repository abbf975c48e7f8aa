#include "tests/client/session_bus.hpp"

#include <array>
#include <csignal>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/folders.hpp"

namespace immp::test {

Child::Child(const std::vector<std::string>& words) {
    std::array<int, 2> in{};
    std::array<int, 2> out{};
    if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0) return;
    std::vector<char*> argv;
    for (const std::string& word : words)
        argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    id_ = ::fork();
    if (id_ == 0) {  // nothing that takes a lock: another thread may have held it
        ::dup2(in[0], STDIN_FILENO);
        ::dup2(out[1], STDOUT_FILENO);
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    to_ = in[1];
    from_ = out[0];
}

Child::~Child() {
    if (id_ > 0) {
        ::kill(id_, SIGTERM);
        ::waitpid(id_, nullptr, 0);
    }
    ::close(to_);
    ::close(from_);
}

std::string Child::line() {
    std::string text;
    pollfd waiting{from_, POLLIN, 0};
    while (!text.ends_with('\n') && ::poll(&waiting, 1, kBusPatienceMs) == 1) {
        char c = 0;
        if (::read(from_, &c, 1) != 1) break;
        text += c;
    }
    return text.empty() ? text : text.substr(0, text.size() - 1);
}

bool Child::say(const std::string& text) {
    return ::write(to_, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

SessionBus::SessionBus() {
    const std::string config =
        folder_.write("bus.conf", "<busconfig><type>session</type><listen>unix:dir=" + folder_.path("") +
                                      "</listen><policy context=\"default\"><allow send_destination=\"*\"/>"
                                      "<allow receive_sender=\"*\"/><allow own=\"*\"/></policy></busconfig>");
    daemon_ = std::make_unique<Child>(std::vector<std::string>{
        "/usr/bin/dbus-daemon", "--nofork", "--config-file=" + config, "--print-address=1"});
    address_ = daemon_->line();
}

std::unique_ptr<Child> SessionBus::raise_desktop() const {
    auto desktop = std::make_unique<Child>(
        std::vector<std::string>{"/usr/bin/env", "DBUS_SESSION_BUS_ADDRESS=" + address_, "/usr/bin/python3",
                                 tests::tests_path("client/notifications.py")});
    return desktop->line().find("ready") == std::string::npos ? nullptr : std::move(desktop);
}

}  // namespace immp::test
