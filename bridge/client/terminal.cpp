#include "bridge/client/terminal.hpp"

#include <optional>

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include "bridge/wire/token.hpp"

namespace immp::bridge::client {

namespace {

constexpr std::size_t kMaxConfirmationBytes = 80;

/// Keeps what is typed from being shown while it lives.
class EchoOff {
  public:
    explicit EchoOff(int terminal) : terminal_(terminal) {
        ::tcgetattr(terminal_, &before_);
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        silent.c_lflag |= ECHONL;
        ::tcsetattr(terminal_, TCSAFLUSH, &silent);
    }
    ~EchoOff() { ::tcsetattr(terminal_, TCSAFLUSH, &before_); }
    EchoOff(const EchoOff&) = delete;
    EchoOff& operator=(const EchoOff&) = delete;

  private:
    int terminal_;
    termios before_{};
};

}  // namespace

Outcome<std::string> ask_terminal(const std::string& prompt, std::size_t most, Echo echo,
                                  const std::string& remedy) {
    const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal < 0) return failed(ExitStatus::no_input, remedy);
    std::string line(most, '\0');
    ssize_t got = -1;
    {
        // An Enter or a `y` that was meant for something else answers nothing.
        ::tcflush(terminal, TCIFLUSH);
        // Before the prompt: what is typed behind it is not to be shown.
        std::optional<EchoOff> silent;
        if (echo == Echo::hidden) silent.emplace(terminal);
        if (::write(terminal, prompt.data(), prompt.size()) > 0)
            got = ::read(terminal, line.data(), line.size());
    }
    ::close(terminal);
    line.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return line;
}

Outcome<bool> confirmed(const std::string& question, const std::string& remedy) {
    const auto line = ask_terminal(question + " [y/N] ", kMaxConfirmationBytes, Echo::shown, remedy);
    if (!line) return std::unexpected(line.error());
    const std::string answer = to_upper(line->substr(0, line->find_first_of("\r\n")));
    return answer == "Y" || answer == "YES";
}

}  // namespace immp::bridge::client
