#include "bridge/client/password_source.hpp"

#include <fstream>
#include <istream>
#include <utility>

#include "bridge/client/terminal.hpp"

namespace immp::bridge::client {

namespace {

constexpr std::size_t kMaxPasswordBytes = 1'024;

Outcome<std::string> ask(const std::string& what) {
    return ask_terminal(
        what + ": ", kMaxPasswordBytes + 2, Echo::hidden,
        "there is no terminal to ask for the password; give it with --password-file FILE or -");
}

Outcome<std::string> read_all(std::istream& stream) {
    std::string text(kMaxPasswordBytes + 3, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    return text;
}

Outcome<std::string> read_password_file(const std::string& path) {
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
    return checked(file == "-" ? read_all(in) : read_password_file(file));
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
