#include "tests/client/program.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <future>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
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

[[noreturn]] void become_immp(const std::vector<std::string>& arguments, const std::string& home,
                              const std::string& folder, const Environment& more, std::array<int, 3> ends,
                              int terminal) {
    for (int number = 0; number < 3; ++number)
        ::dup2(ends[static_cast<std::size_t>(number)], number);
    ::setenv("IMMP_HOME", home.c_str(), 1);
    const char* const places = std::getenv("PATH");
    ::setenv("PATH", (folder + ":" + (places == nullptr ? "" : places)).c_str(), 1);
    for (const char* desktop : {"DISPLAY", "WAYLAND_DISPLAY"})
        ::unsetenv(desktop);
    for (const auto& [name, value] : more)
        ::setenv(name.c_str(), value.c_str(), 1);
    ::setsid();
    if (terminal >= 0) ::ioctl(terminal, TIOCSCTTY, 0);
    const std::string path = program();
    std::vector<char*> argv{const_cast<char*>("immp")};
    for (const std::string& argument : arguments)
        argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    if (::chdir(folder.c_str()) == 0) ::execv(path.c_str(), argv.data());
    ::_exit(127);
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

    /// The program's end of it, or -1.
    [[nodiscard]] int terminal() const { return terminal_; }
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
    const pid_t child = ::fork();
    if (child == 0) become_immp(arguments, home, folder, more, {in, out[1], err[1]}, keyboard.terminal());
    keyboard.let_go();
    for (const int number : {in, out[1], err[1]})
        ::close(number);
    Ran ran;
    if (!collect(out[0], err[0], ran)) ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
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
