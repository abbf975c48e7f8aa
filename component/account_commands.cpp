// immpd account
#include <charconv>
#include <fstream>
#include <iostream>

#include "armor/json_line.hpp"
#include "component/commands.hpp"

namespace immp::component {

namespace {

constexpr std::uint64_t kMaxQuotaBytes = 1ull << 60;

Result<std::optional<armor::SecretText>> read_password(const std::string& file) {
    if (file.empty()) return std::nullopt;
    std::string line;
    std::ifstream stream;
    if (file != "-") stream.open(file);
    if (!std::getline(file == "-" ? std::cin : stream, line) || line.empty()) {
        return fail(400, "cannot read a password from " + file + "; it must stand on the first line");
    }
    return armor::SecretText(std::move(line));
}

using Setting = Result<armor::SecretText> (Administration::*)(std::string_view address,
                                                              std::optional<armor::SecretText> password,
                                                              bridge::DraftLogin draft);

/// Sets the password that is given, or a fresh one, which is shown.
int give_password(const Given& given, Setting set) {
    auto password =
        read_password(given.password_file);  // a file of the administrator's, not of the daemon's user
    if (!password) return complain(password.error());
    return administer(given, [&](Administration& administration) -> Result<void> {
        const bool is_generated = !password->has_value();
        const auto draft = given.allow_sha1 ? bridge::DraftLogin::allowed : bridge::DraftLogin::refused;
        auto secret = (administration.*set)(given.account, std::move(*password), draft);
        if (!secret) return std::unexpected(std::move(secret.error()));
        if (given.json) {
            armor::JsonWriter json;
            json.text("account", given.account);
            if (is_generated) json.text("secret", secret->view());
            std::cout << json.line() << "\n";
        } else if (is_generated) {
            std::cerr << "The password of " << given.account << ", shown only now:\n";
            std::cout << secret->view() << "\n";
        }
        return {};
    });
}

}  // namespace

int account_add(const Given& given) {
    return give_password(given, &Administration::add_account);
}

int account_passwd(const Given& given) {
    return give_password(given, &Administration::set_password);
}

int account_list(const Given& given) {
    return administer(given, [](Administration& administration) -> Result<void> {
        auto accounts = administration.accounts();
        if (!accounts) return std::unexpected(std::move(accounts.error()));
        for (const std::string& account : *accounts)
            std::cout << account << "\n";
        return {};
    });
}

int account_quota(const Given& given) {
    return administer(given, [&](Administration& administration) -> Result<void> {
        if (given.quota == "default") return administration.set_quota(given.account, std::nullopt);
        std::uint64_t bytes = 0;
        const char* const end = given.quota.data() + given.quota.size();
        const auto [stop, error] = std::from_chars(given.quota.data(), end, bytes);
        if (error != std::errc{} || stop != end || bytes > kMaxQuotaBytes)
            return fail(400, given.quota + " is no quota; give octets (at most 2^60), or default");
        return administration.set_quota(given.account, bytes);
    });
}

int account_remove(const Given& given) {
    const int status = administer(
        given, [&](Administration& administration) { return administration.remove_account(given.account); });
    if (status == 0) tell_daemon(given);
    return status;
}

}  // namespace immp::component
