#include "bridge/client/password_source.hpp"

#include <fstream>
#include <istream>
#include <utility>

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

namespace immp::bridge::client {

namespace {

constexpr std::size_t kMaxPasswordBytes = 1'024;

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

Outcome<std::string> ask(const std::string& what) {
    const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal < 0)
        return failed(ExitStatus::no_input,
                      "there is no terminal to ask for the password; give it with --password-file FILE or -");
    const std::string prompt = what + ": ";
    std::string line(kMaxPasswordBytes + 2, '\0');
    ssize_t got = -1;
    {
        // Before the prompt: what is typed ahead of it would be thrown away, what is typed behind it shown.
        const EchoOff silent(terminal);
        if (::write(terminal, prompt.data(), prompt.size()) > 0)
            got = ::read(terminal, line.data(), line.size());
    }
    ::close(terminal);
    line.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return line;
}

Outcome<std::string> read_all(std::istream& stream) {
    std::string text(kMaxPasswordBytes + 3, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    return text;
}

Outcome<std::string> read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return failed(ExitStatus::no_input,
                      "cannot read the password file " + path + "; check the name and its permissions");
    return read_all(file);
}

Outcome<armor::SecretText> checked(Outcome<std::string> text) {
    if (!text) return std::unexpected(text.error());
    if (text->ends_with('\n')) text->pop_back();
    if (text->ends_with('\r')) text->pop_back();
    if (text->empty()) return failed(ExitStatus::bad_input, "the password is empty; type or store it first");
    if (text->size() > kMaxPasswordBytes)
        return failed(ExitStatus::bad_input,
                      "the password is longer than 1024 octets; is it the right file?");
    return armor::SecretText(std::move(*text));
}

Outcome<armor::SecretText> read_from(const std::string& file, std::istream& in) {
    return checked(file == "-" ? read_all(in) : read_file(file));
}

}  // namespace

Outcome<armor::SecretText> read_password(const std::optional<std::string>& file, std::istream& in,
                                         const std::string& account) {
    return file ? read_from(*file, in) : checked(ask("Password of " + account));
}

Outcome<armor::SecretText> read_new_password(const std::optional<std::string>& file, std::istream& in,
                                             const std::string& account) {
    if (file) return read_from(*file, in);
    auto first = checked(ask("New password of " + account));
    if (!first) return first;
    const auto again = checked(ask("The same again"));
    if (!again) return std::unexpected(again.error());
    if (first->view() != again->view())
        return failed(ExitStatus::bad_input, "the two are not the same; nothing was changed");
    return first;
}

}  // namespace immp::bridge::client
