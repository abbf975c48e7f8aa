#include "bridge/client/part_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "armor/names.hpp"
#include "bridge/client/display.hpp"

namespace immp::bridge::client {

namespace {

constexpr std::size_t kMaxNameBytes = 200;

std::unexpected<Failure> is_there(const std::filesystem::path& target) {
    return failed(ExitStatus::cannot_create, one_line(target.string()) +
                                                 " is there already; name another file " +
                                                 "with -o, or replace it with --force");
}

std::unexpected<Failure> cannot_write(const std::filesystem::path& target, ExitStatus status) {
    return failed(status, "cannot write " + one_line(target.string()) + ": " + std::strerror(errno) +
                              "; name another place with -o");
}

/// Gives a file its name unless that is taken. 0 or errno.
int name_once(const std::filesystem::path& hidden, const std::filesystem::path& target) {
    if (::link(hidden.c_str(), target.c_str()) == 0) {
        ::unlink(hidden.c_str());
        return 0;
    }
    if (errno != EPERM && errno != EOPNOTSUPP) return errno;
    // A file system without links: take the name first, then put the file there.
    const int taken = ::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (taken < 0) return errno;
    ::close(taken);
    return ::rename(hidden.c_str(), target.c_str()) == 0 ? 0 : errno;
}

}  // namespace

std::string safe_file_name(std::string_view part_name) {
    std::string name = one_line(part_name);
    for (char& c : name)
        if (c == '/' || c == '\\') c = '_';
    if (name.starts_with('.')) name[0] = '_';
    name.resize(armor::utf8_prefix(name, kMaxNameBytes).size());
    return name.empty() ? "part" : name;
}

PartFile::PartFile(std::filesystem::path target, std::filesystem::path hidden, int descriptor,
                   Existing existing)
    : target_(std::move(target)), hidden_(std::move(hidden)), descriptor_(descriptor), existing_(existing) {}

PartFile::PartFile(PartFile&& other) noexcept
    : target_(std::move(other.target_)),
      hidden_(std::move(other.hidden_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      existing_(other.existing_) {}

PartFile::~PartFile() {
    if (descriptor_ < 0) return;
    ::close(descriptor_);
    ::unlink(hidden_.c_str());
}

Outcome<PartFile> PartFile::create(const std::filesystem::path& target, Existing existing) {
    std::error_code ignored;
    if (existing == Existing::keep &&
        std::filesystem::exists(std::filesystem::symlink_status(target, ignored)))
        return is_there(target);
    std::string hidden = (target.parent_path() / ".immp-XXXXXX").string();
    const int descriptor = ::mkostemp(hidden.data(), O_CLOEXEC);
    if (descriptor < 0) return cannot_write(target, ExitStatus::cannot_create);
    return PartFile(target, hidden, descriptor, existing);
}

Outcome<void> PartFile::write(std::string_view octets) {
    while (!octets.empty()) {
        const ssize_t written = ::write(descriptor_, octets.data(), octets.size());
        if (written < 0) return cannot_write(target_, ExitStatus::input_output);
        octets.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

Outcome<void> PartFile::finish() {
    const mode_t mask = ::umask(0);
    ::umask(mask);
    if (::fchmod(descriptor_, 0666 & ~mask) != 0 || ::fsync(descriptor_) != 0)
        return cannot_write(target_, ExitStatus::input_output);
    const int error = existing_ == Existing::keep                       ? name_once(hidden_, target_)
                      : ::rename(hidden_.c_str(), target_.c_str()) == 0 ? 0
                                                                        : errno;
    if (error == EEXIST) return is_there(target_);
    errno = error;
    if (error != 0) return cannot_write(target_, ExitStatus::cannot_create);
    ::close(std::exchange(descriptor_, -1));
    return {};
}

}  // namespace immp::bridge::client
