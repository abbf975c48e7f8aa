#include "bridge/client/programs.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bridge/client/display.hpp"
#include "bridge/mail/push_action.hpp"

namespace immp::bridge::client {

Outcome<pid_t> start_program(const std::vector<std::string>& words) {
    std::vector<char*> argv;
    for (const std::string& word : words)
        argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    sigset_t usual;
    ::sigemptyset(&usual);
    ::sigaddset(&usual, SIGPIPE);
    ::posix_spawnattr_setsigdefault(&attributes, &usual);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    pid_t child = -1;
    const int error = ::posix_spawnp(&child, argv[0], nullptr, &attributes, argv.data(), environ);
    ::posix_spawnattr_destroy(&attributes);
    if (error != 0)
        return failed(ExitStatus::unavailable,
                      "cannot start " + one_line(words[0]) + " (" + std::strerror(error) + ")");
    return child;
}

Outcome<void> check_address(const std::string& address) {
    if (const auto sound = check_action({"open", address}); !sound)
        return failed(ExitStatus::bad_input, "it is not opened: " + one_line(sound.error().text));
    return {};
}

Outcome<void> open_address(const std::string& address) {
    if (auto sound = check_address(address); !sound) return sound;
    const auto child = start_program({"xdg-open", address});
    if (!child)
        return failed(child.error().status,
                      child.error().text + "; install xdg-utils, or open it by hand: " + one_line(address));
    int status = 0;
    while (::waitpid(*child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return failed(ExitStatus::unavailable,
                      "xdg-open found nothing to open it with; open it by hand: " + one_line(address));
    return {};
}

}  // namespace immp::bridge::client
