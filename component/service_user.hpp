// Who works on the store: an administrator is root, the daemon is not.
#pragma once

#include <filesystem>
#include <optional>

#include <sys/types.h>

#include "armor/error.hpp"

namespace immp::component {

struct ServiceUser {
    uid_t user;
    gid_t group;
    bool operator==(const ServiceUser&) const = default;
};

/// The owner of the store's folder where that is somebody else than root; nothing where it is root's or not
/// there.
[[nodiscard]] std::optional<ServiceUser> store_owner(const std::filesystem::path& directory);

/// As root: makes the whole process that user's, with the groups of that user, for good. What root writes
/// into the store would be closed to the daemon (SQLite makes its files for whoever comes first), and what
/// root can read says nothing about what the daemon can. Not as root, or where the store has no other owner:
/// nothing. Returns whether the user changed; 700 where the kernel refuses.
[[nodiscard]] Result<bool> become_store_owner(const std::filesystem::path& directory);

}  // namespace immp::component
