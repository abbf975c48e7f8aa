#include "bridge/client/private_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace immp::bridge::client {

namespace {

std::unexpected<Failure> cannot_write(const std::filesystem::path& path) {
    return failed(ExitStatus::cannot_create, "cannot write " + path.string() + ": " + std::strerror(errno) +
                                                 "; mend that or name another folder in IMMP_HOME");
}

/// Owns a descriptor.
class Descriptor : public PrivateFile::Lock {
  public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() override {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int get() const { return number_; }
    explicit operator bool() const { return number_ >= 0; }

  private:
    int number_;
};

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

}  // namespace

PrivateFile::PrivateFile(std::filesystem::path folder, std::string_view name, std::string_view mend)
    : folder_(std::move(folder)), name_(name), mend_(mend) {}

Outcome<armor::SecretText> PrivateFile::read() const {
    const Descriptor descriptor(::open(file().c_str(), O_RDONLY | O_CLOEXEC));
    if (!descriptor && errno == ENOENT) return armor::SecretText();
    struct stat status{};
    if (!descriptor || ::fstat(descriptor.get(), &status) != 0)
        return failed(ExitStatus::configuration, "cannot read " + file().string() + ": " +
                                                     std::strerror(errno) + "; mend its permissions");
    if ((status.st_mode & 077) != 0)
        return failed(
            ExitStatus::configuration,
            file().string() + " may be read by others; chmod 600 it, and " + mend_ + " if somebody may have");
    std::ifstream stream(file(), std::ios::binary);
    return armor::SecretText(std::string((std::istreambuf_iterator<char>(stream)), {}));
}

Outcome<void> PrivateFile::read_fields(const Take& take) const {
    const auto whole = read();
    if (!whole) return std::unexpected(whole.error());
    std::string_view text = whole->view();
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        if (line.empty() || line.starts_with('#')) continue;
        const auto blank = line.find(' ');
        if (blank == line.npos || !take(line.substr(0, blank), line.substr(blank + 1)))
            return failed(ExitStatus::configuration, file().string() + ", line " + std::to_string(number) +
                                                         ": not understood; move the file away and " + mend_);
    }
    return {};
}

Outcome<std::unique_ptr<PrivateFile::Lock>> PrivateFile::lock() const {
    std::error_code ignored;
    if (folder_.has_parent_path()) std::filesystem::create_directories(folder_.parent_path(), ignored);
    ::mkdir(folder_.c_str(), 0700);
    const auto path = folder_ / "lock";
    auto held = std::make_unique<Descriptor>(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!*held || ::flock(held->get(), LOCK_EX) != 0) return cannot_write(path);
    return held;
}

Outcome<void> PrivateFile::replace(std::string_view text) const {
    const auto fresh = folder_ / (name_ + ".new");
    if (!write_synced(fresh, text) || ::rename(fresh.c_str(), file().c_str()) != 0)
        return cannot_write(file());
    const Descriptor folder(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder || ::fsync(folder.get()) != 0) return cannot_write(file());
    return {};
}

}  // namespace immp::bridge::client
