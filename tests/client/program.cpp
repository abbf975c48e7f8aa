#include "tests/client/program.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <future>
#include <map>
#include <string_view>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/client/pseudo_terminal.hpp"

namespace immp::test {

namespace {

constexpr std::chrono::seconds kPatience{30};

std::string program() {
    // Test programs lie in <build>/tests, immp in <build>.
    const auto here = std::filesystem::read_symlink("/proc/self/exe");
    return (here.parent_path().parent_path() / "immp").string();
}

/// Ours, but for the desktop's, what `more` says, and programs of `folder` that come first.
std::vector<std::string> environment_in(const std::string& home, const std::string& folder,
                                        const Environment& more) {
    std::map<std::string, std::string> all;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const std::size_t end = text.find('=');
        all.emplace(text.substr(0, end), end == text.npos ? "" : text.substr(end + 1));
    }
    all["IMMP_HOME"] = home;
    all["PATH"] = folder + ":" + all["PATH"];
    for (const char* desktop : {"DISPLAY", "WAYLAND_DISPLAY"})
        all.erase(desktop);
    for (const auto& [name, value] : more)
        all[name] = value;
    std::vector<std::string> entries;
    for (const auto& [name, value] : all)
        entries.push_back(name + "=" + value);
    return entries;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (std::string& text : texts)
        all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

/// In a session of its own, whose terminal is the one of that name, if any; -1 where it cannot be started.
/// Not by fork(): a server's thread, or a typist's, may hold a lock then, and the child would wait for it for
/// ever.
pid_t start_immp(std::vector<std::string> arguments, std::vector<std::string> environment,
                 const std::string& folder, const std::array<int, 3>& ends, const std::string& terminal) {
    constexpr int kTerminal = 100;  // opened, it becomes the session's
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    for (int number = 0; number < 3; ++number)
        ::posix_spawn_file_actions_adddup2(&actions, ends[static_cast<std::size_t>(number)], number);
    if (!terminal.empty()) {
        ::posix_spawn_file_actions_addopen(&actions, kTerminal, terminal.c_str(), O_RDWR, 0);
        ::posix_spawn_file_actions_addclose(&actions, kTerminal);
    }
    ::posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
    arguments.insert(arguments.begin(), "immp");
    pid_t child = -1;
    const int failed = ::posix_spawn(&child, program().c_str(), &actions, &attributes,
                                     pointers(arguments).data(), pointers(environment).data());
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    return failed == 0 ? child : -1;
}

/// A terminal, and who types there.
class Keyboard {
  public:
    explicit Keyboard(const std::vector<Typed>& typed) {
        if (typed.empty() || ::openpty(&shown_, &terminal_, nullptr, nullptr, nullptr) != 0) return;
        ::fcntl(shown_, F_SETFD, FD_CLOEXEC);
        shows_ = std::async(std::launch::async, [shown = shown_, typed] {
            std::string all;
            for (const auto& [question, answer] : typed) {
                all += shown_until(shown, question);
                if (!all.contains(question)) return all;
                const std::string line = answer + "\n";
                if (::write(shown, line.data(), line.size()) < 0) return all;
            }
            return all;
        });
    }
    ~Keyboard() {
        let_go();
        if (shows_.valid()) shows_.wait();
        if (shown_ >= 0) ::close(shown_);
    }
    Keyboard(const Keyboard&) = delete;
    Keyboard& operator=(const Keyboard&) = delete;

    /// The name of the program's end of it; empty where nobody types.
    [[nodiscard]] std::string terminal() const {
        std::array<char, 64> name{};
        return terminal_ >= 0 && ::ttyname_r(terminal_, name.data(), name.size()) == 0 ? name.data() : "";
    }
    /// From now on it is there as long as the program is.
    void let_go() {
        if (terminal_ >= 0) ::close(terminal_);
        terminal_ = -1;
    }
    /// What stood there, when the program has ended.
    [[nodiscard]] std::string text() { return shows_.valid() ? shows_.get() : std::string(); }

  private:
    int shown_ = -1;
    int terminal_ = -1;
    std::future<std::string> shows_;
};

/// Reads both ends until they are closed; false after the deadline.
bool collect(int out, int err, Ran& ran) {
    std::array<pollfd, 2> waiting{pollfd{out, POLLIN, 0}, pollfd{err, POLLIN, 0}};
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (waiting[0].fd >= 0 || waiting[1].fd >= 0) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        if (left.count() <= 0 || ::poll(waiting.data(), waiting.size(), static_cast<int>(left.count())) <= 0)
            return false;
        for (pollfd& one : waiting) {
            if (one.revents == 0) continue;
            std::array<char, 4096> room;
            const ssize_t got = ::read(one.fd, room.data(), room.size());
            std::string& text = &one == &waiting[0] ? ran.out : ran.err;
            if (got > 0) text.append(room.data(), static_cast<std::size_t>(got));
            if (got <= 0) one.fd = -1;
        }
    }
    return true;
}

}  // namespace

Ran run_immp(const std::vector<std::string>& arguments, const std::string& input, const std::string& home,
             const std::string& folder, const Environment& more, const std::vector<Typed>& typed) {
    std::array<int, 2> out{};
    std::array<int, 2> err{};
    if (::pipe2(out.data(), O_CLOEXEC) != 0 || ::pipe2(err.data(), O_CLOEXEC) != 0) return {};
    std::string name = folder + "/input-XXXXXX";
    const int in = ::mkostemp(name.data(), O_CLOEXEC);
    ::unlink(name.c_str());
    if (::write(in, input.data(), input.size()) < 0) return {};
    ::lseek(in, 0, SEEK_SET);

    Keyboard keyboard(typed);
    const pid_t child = start_immp(arguments, environment_in(home, folder, more), folder,
                                   {in, out[1], err[1]}, keyboard.terminal());
    keyboard.let_go();
    for (const int number : {in, out[1], err[1]})
        ::close(number);
    Ran ran;
    int status = -1;
    if (child > 0) {
        if (!collect(out[0], err[0], ran)) ::kill(child, SIGKILL);
        ::waitpid(child, &status, 0);
    }
    ::close(out[0]);
    ::close(err[0]);
    ran.terminal = keyboard.text();
    if (WIFEXITED(status)) ran.status = WEXITSTATUS(status);
    return ran;
}

std::vector<std::string> split_words(const std::string& line) {
    std::vector<std::string> words;
    bool inside = false;
    bool open = false;
    for (const char c : line) {
        if (c == '"') {
            inside = !inside;
            if (!open) words.emplace_back();
            open = true;
        } else if (c == ' ' && !inside) {
            open = false;
        } else {
            if (!open) words.emplace_back();
            open = true;
            words.back() += c;
        }
    }
    return words;
}

}  // namespace immp::test
