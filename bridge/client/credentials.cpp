#include "bridge/client/credentials.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bridge/wire/token.hpp"

namespace immp::bridge::client {

namespace {

constexpr std::string_view kHeading = "# Device secrets of `immp`: keep this file to yourself.\n";

std::unexpected<Failure> cannot_write(const std::filesystem::path& path) {
    return failed(ExitStatus::cannot_create, "cannot write " + path.string() + ": " + std::strerror(errno) +
                                                 "; mend that or name another folder in IMMP_HOME");
}

std::unexpected<Failure> not_understood(const std::filesystem::path& path, std::size_t line) {
    return failed(ExitStatus::configuration, path.string() + ", line " + std::to_string(line) +
                                                 ": not understood; move the file away and log in again");
}

/// Owns a descriptor.
class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int get() const { return number_; }
    explicit operator bool() const { return number_ >= 0; }

  private:
    int number_;
};

/// Keeps two `immp` at once from losing each other's change.
Outcome<std::unique_ptr<Descriptor>> lock(const std::filesystem::path& folder) {
    std::error_code ignored;
    if (folder.has_parent_path()) std::filesystem::create_directories(folder.parent_path(), ignored);
    ::mkdir(folder.c_str(), 0700);
    const auto path = folder / "lock";
    auto held = std::make_unique<Descriptor>(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!*held || ::flock(held->get(), LOCK_EX) != 0) return cannot_write(path);
    return held;
}

bool write_synced(const std::filesystem::path& path, std::string_view text) {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file) return false;
    while (!text.empty()) {
        const ssize_t written = ::write(file.get(), text.data(), text.size());
        if (written < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return ::fsync(file.get()) == 0;
}

std::string text_of(const StoredAccount& account) {
    const auto line = [](std::string_view key, std::string_view value) {
        return value.empty() ? std::string() : std::string(key) + " " + std::string(value) + "\n";
    };
    return "\n" + line("account", account.account) + line("server", account.server) +
           line("tls", tls_start_name(account.start)) + line("ca", account.ca_file) +
           line("device", account.device) + line("secret", account.secret.view()) +
           line("memory", std::to_string(account.seen.memory_kib)) +
           line("passes", std::to_string(account.seen.passes));
}

/// One `key value` line; false for an unknown key or a bad value.
bool read_line(StoredAccount& account, std::string_view key, std::string_view value) {
    const auto number = [&](std::uint32_t& into) {
        const auto read = parse_number(value);
        if (read) into = static_cast<std::uint32_t>(std::min<std::uint64_t>(*read, UINT32_MAX));
        return read.has_value();
    };
    if (key == "server")
        account.server = value;
    else if (key == "tls")
        account.start = parse_tls_start(value);
    else if (key == "ca")
        account.ca_file = value;
    else if (key == "device")
        account.device = value;
    else if (key == "secret")
        account.secret = armor::SecretText(std::string(value));
    else if (key == "memory")
        return number(account.seen.memory_kib);
    else if (key == "passes")
        return number(account.seen.passes);
    else
        return false;
    return true;
}

Outcome<std::vector<StoredAccount>> parse(std::string_view text, const std::filesystem::path& path) {
    std::vector<StoredAccount> accounts;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        if (line.empty() || line.starts_with('#')) continue;
        const auto blank = line.find(' ');
        if (blank == line.npos) return not_understood(path, number);
        const std::string_view key = line.substr(0, blank);
        const std::string_view value = line.substr(blank + 1);
        if (key == "account")
            accounts.emplace_back().account = value;
        else if (accounts.empty() || !read_line(accounts.back(), key, value))
            return not_understood(path, number);
    }
    return accounts;
}

}  // namespace

StoredAccount StoredAccount::clone() const {
    return {account, server, start, ca_file, device, secret.clone(), seen};
}

Outcome<std::filesystem::path> credentials_folder() {
    const auto variable = [](const char* name) -> std::string {
        const char* value = std::getenv(name);
        return value != nullptr ? value : "";
    };
    if (auto home = variable("IMMP_HOME"); !home.empty()) return home;
    if (const auto config = variable("XDG_CONFIG_HOME"); !config.empty())
        return std::filesystem::path(config) / "immp";
    if (const auto home = variable("HOME"); !home.empty())
        return std::filesystem::path(home) / ".config" / "immp";
    return failed(ExitStatus::configuration, "no home directory; set HOME, or IMMP_HOME to a folder");
}

Credentials::Credentials(std::filesystem::path folder) : folder_(std::move(folder)) {}

std::filesystem::path Credentials::file() const {
    return folder_ / "credentials";
}

Outcome<std::vector<StoredAccount>> Credentials::list() const {
    const Descriptor descriptor(::open(file().c_str(), O_RDONLY | O_CLOEXEC));
    if (!descriptor && errno == ENOENT) return std::vector<StoredAccount>();
    struct stat status{};
    if (!descriptor || ::fstat(descriptor.get(), &status) != 0)
        return failed(ExitStatus::configuration, "cannot read " + file().string() + ": " +
                                                     std::strerror(errno) + "; mend its permissions");
    if ((status.st_mode & 077) != 0)
        return failed(ExitStatus::configuration, file().string() +
                                                     " may be read by others; chmod 600 it, and " +
                                                     "log in again if somebody may have");
    std::ifstream stream(file(), std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    auto accounts = parse(text, file());
    const armor::SecretText wiped(std::move(text));
    return accounts;
}

Outcome<StoredAccount> Credentials::find(std::string_view account) const {
    auto accounts = list();
    if (!accounts) return std::unexpected(accounts.error());
    if (accounts->empty())
        return failed(ExitStatus::configuration, "nobody is logged in here; first: immp login ADDRESS");
    if (account.empty() && accounts->size() == 1) return std::move(accounts->front());
    if (account.empty())
        return failed(ExitStatus::configuration,
                      "several accounts are logged in; choose one with --account (immp accounts lists them)");
    const auto found = std::ranges::find(*accounts, account, &StoredAccount::account);
    if (found == accounts->end())
        return failed(
            ExitStatus::configuration,
            std::string(account) + " is not logged in here; first: immp " + "login " + std::string(account));
    return std::move(*found);
}

Outcome<void> Credentials::save(StoredAccount account) {
    const auto held = lock(folder_);
    if (!held) return std::unexpected(held.error());
    auto accounts = list();
    if (!accounts) return std::unexpected(accounts.error());
    const auto found = std::ranges::find(*accounts, account.account, &StoredAccount::account);
    if (found == accounts->end())
        accounts->push_back(std::move(account));
    else
        *found = std::move(account);
    return write(*accounts);
}

Outcome<void> Credentials::remove(std::string_view account) {
    const auto held = lock(folder_);
    if (!held) return std::unexpected(held.error());
    auto accounts = list();
    if (!accounts) return std::unexpected(accounts.error());
    std::erase_if(*accounts, [&](const StoredAccount& stored) { return stored.account == account; });
    return write(*accounts);
}

Outcome<void> Credentials::write(const std::vector<StoredAccount>& accounts) {
    std::string text(kHeading);
    for (const StoredAccount& account : accounts)
        text += text_of(account);
    const armor::SecretText wiped(std::move(text));
    const auto fresh = folder_ / "credentials.new";
    if (!write_synced(fresh, wiped.view()) || ::rename(fresh.c_str(), file().c_str()) != 0)
        return cannot_write(file());
    const Descriptor folder(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder || ::fsync(folder.get()) != 0) return cannot_write(file());
    return {};
}

}  // namespace immp::bridge::client
