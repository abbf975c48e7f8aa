#include "component/service_user.hpp"

#include <cerrno>
#include <cstring>

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace immp::component {

std::optional<ServiceUser> store_owner(const std::filesystem::path& directory) {
    struct stat found{};
    if (::stat(directory.c_str(), &found) != 0 || !S_ISDIR(found.st_mode) || found.st_uid == 0) return {};
    return ServiceUser{found.st_uid, found.st_gid};
}

Result<bool> become_store_owner(const std::filesystem::path& directory) {
    if (::geteuid() != 0) return false;
    const auto owner = store_owner(directory);
    if (!owner) return false;
    const passwd* const entry = ::getpwuid(owner->user);
    // The groups count: a certificate's key is often readable by a group such as ssl-cert.
    const bool has_groups = entry != nullptr ? ::initgroups(entry->pw_name, entry->pw_gid) == 0
                                             : ::setgroups(1, &owner->group) == 0;
    const gid_t group = entry != nullptr ? entry->pw_gid : owner->group;
    if (!has_groups || ::setgid(group) != 0 || ::setuid(owner->user) != 0) {
        return fail(700, "cannot become the owner of " + directory.string(), std::strerror(errno));
    }
    return true;
}

}  // namespace immp::component
