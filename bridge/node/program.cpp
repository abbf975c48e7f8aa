#include "bridge/node/program.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" {  // glibc 2.36 leaves it out
#include <sys/pidfd.h>
}

namespace immp::bridge {
namespace {

using Clock = std::chrono::steady_clock;

class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() { close(); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int number() const { return number_; }
    void close() {
        if (number_ >= 0) ::close(number_);
        number_ = -1;
    }

  private:
    int number_;
};

/// A write to a program that has ended is an error here, not a signal: where the daemon did not settle that
/// for the whole process, for this thread.
class WithoutPipeSignal {
  public:
    WithoutPipeSignal() {
        sigset_t pipe;
        sigemptyset(&pipe);
        sigaddset(&pipe, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &pipe, &before_);
    }
    ~WithoutPipeSignal() {
        sigset_t pipe;
        sigemptyset(&pipe);
        sigaddset(&pipe, SIGPIPE);
        const timespec now{};
        while (sigtimedwait(&pipe, nullptr, &now) > 0) {
        }
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    WithoutPipeSignal(const WithoutPipeSignal&) = delete;
    WithoutPipeSignal& operator=(const WithoutPipeSignal&) = delete;

  private:
    sigset_t before_{};
};

/// What posix_spawn is told: its own process group, default signals, no descriptor but three.
class SpawnOrder {
  public:
    explicit SpawnOrder(int input) {
        posix_spawn_file_actions_init(&actions_);
        posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
        posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
        posix_spawn_file_actions_addchdir_np(&actions_, "/");
        posix_spawnattr_init(&attributes_);
        sigset_t all;
        sigfillset(&all);
        sigset_t none;
        sigemptyset(&none);
        posix_spawnattr_setsigdefault(&attributes_, &all);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setpgroup(&attributes_, 0);
        posix_spawnattr_setflags(&attributes_,
                                 POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    }
    ~SpawnOrder() {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }
    SpawnOrder(const SpawnOrder&) = delete;
    SpawnOrder& operator=(const SpawnOrder&) = delete;

    /// The process, or an errno below 0.
    [[nodiscard]] pid_t start(const std::string& path, std::string name,
                              std::vector<std::string> environment) const {
        std::array<char*, 2> arguments = {name.data(), nullptr};
        std::vector<char*> variables;
        for (std::string& variable : environment)
            variables.push_back(variable.data());
        variables.push_back(nullptr);
        pid_t process = -1;
        const int failed = ::posix_spawn(&process, path.c_str(), &actions_, &attributes_, arguments.data(),
                                         variables.data());
        return failed == 0 ? process : -failed;
    }

  private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

ProgramEnd no_word(std::string why) {
    return {ProgramWord::none, std::move(why)};
}

/// One program that runs.
class Running {
  public:
    Running(pid_t process, int pipe, int stop, Clock::time_point deadline)
        : process_(process),
          handle_(::pidfd_open(process, 0)),
          pipe_(pipe),
          stop_(stop),
          deadline_(deadline) {}

    ProgramEnd attend(const ProgramInput& input) {
        if (handle_.number() < 0) return finish(no_word("it cannot be watched"));
        while (true) {
            if (auto refill = take(input)) return finish(std::move(refill));
            std::array<pollfd, 3> events = {pollfd{handle_.number(), POLLIN, 0}, pollfd{stop_, POLLIN, 0},
                                            pollfd{pipe_.number(), POLLOUT, 0}};
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now());
            if (left.count() <= 0) return finish(no_word("it took too long"));
            const int ready = ::poll(events.data(), events.size(), static_cast<int>(left.count()));
            if (ready < 0 && errno != EINTR) return finish(no_word("it cannot be watched"));
            if (ready <= 0) continue;
            if (events[1].revents != 0) return finish(ProgramEnd{ProgramWord::stopped, ""});
            if (events[0].revents != 0) return finish(std::nullopt);
            if (events[2].revents != 0) write();
        }
    }

  private:
    /// What is to be written next; the input's failure is the end.
    std::optional<ProgramEnd> take(const ProgramInput& input) {
        if (pipe_.number() < 0 || written_ < octets_.size()) return std::nullopt;
        auto next = input();
        if (!next) return no_word("the message cannot be read: " + next.error().text);
        octets_ = std::move(*next);
        written_ = 0;
        if (octets_.empty()) pipe_.close();
        return std::nullopt;
    }

    /// A program that does not read all of it is none of our business.
    void write() {
        const ssize_t done = ::write(pipe_.number(), octets_.data() + written_, octets_.size() - written_);
        if (done > 0) written_ += static_cast<std::size_t>(done);
        if (done < 0 && errno != EAGAIN && errno != EINTR) pipe_.close();
    }

    /// Kills the whole group, while its leader still holds the number, and takes the leader's status: by
    /// which it is judged where nothing is `settled`.
    ProgramEnd finish(std::optional<ProgramEnd> settled) {
        siginfo_t ended{};
        if (!settled) {
            while (::waitid(P_PID, static_cast<id_t>(process_), &ended, WEXITED | WNOWAIT) != 0 &&
                   errno == EINTR) {
            }
        }
        ::kill(-process_, SIGKILL);
        siginfo_t reaped{};
        while (::waitid(P_PID, static_cast<id_t>(process_), &reaped, WEXITED) != 0 && errno == EINTR) {
        }
        if (settled) return std::move(*settled);
        if (ended.si_code != CLD_EXITED)
            return no_word("it was ended by signal " + std::to_string(ended.si_status));
        if (ended.si_status == 0) return {ProgramWord::yes, ""};
        if (ended.si_status == 1) return {ProgramWord::no, ""};
        return no_word("it ended with status " + std::to_string(ended.si_status));
    }

    const pid_t process_;
    Descriptor handle_;
    Descriptor pipe_;
    const int stop_;
    const Clock::time_point deadline_;
    std::string octets_;
    std::size_t written_ = 0;
};

}  // namespace

bool Programs::has(const std::string& name) const {
    if (settings_.directory.empty()) return false;
    const std::filesystem::path path = settings_.directory / name;
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

ProgramEnd Programs::run(const std::string& name, const std::vector<std::string>& environment,
                         const ProgramInput& input) {
    if (!has(name)) return no_word("there is no such program any more");
    const WithoutPipeSignal quiet;
    std::array<int, 2> ends = {-1, -1};
    if (stop_.descriptor() < 0 || ::pipe2(ends.data(), O_CLOEXEC) != 0)
        return no_word("no descriptor is left");
    Descriptor reading(ends[0]);
    ::fcntl(ends[1], F_SETFL, O_NONBLOCK);
    const auto deadline = Clock::now() + settings_.patience;
    const pid_t process =
        SpawnOrder(reading.number()).start((settings_.directory / name).string(), name, environment);
    if (process < 0) {
        ::close(ends[1]);
        return no_word(std::string("it cannot be started: ") + std::strerror(-process));
    }
    reading.close();
    return Running(process, ends[1], stop_.descriptor(), deadline).attend(input);
}

}  // namespace immp::bridge
