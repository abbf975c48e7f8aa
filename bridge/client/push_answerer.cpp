#include "bridge/client/push_answerer.hpp"

#include <sys/wait.h>

#include "bridge/client/programs.hpp"

namespace immp::bridge::client {

Outcome<void> PushAnswerer::answer(const std::string& push, const DesktopButton& button) {
    forget_ended();
    // A label may begin with a dash, and may be the number of another action.
    const auto child = start_program({"/proc/self/exe", "answer", "--open", "--account", account_, "--number",
                                      std::to_string(button.place + 1), "--", push, button.label});
    if (!child) return std::unexpected(child.error());
    started_.push_back(*child);
    return {};
}

void PushAnswerer::forget_ended() {
    std::erase_if(started_, [](pid_t child) { return ::waitpid(child, nullptr, WNOHANG) != 0; });
}

}  // namespace immp::bridge::client
