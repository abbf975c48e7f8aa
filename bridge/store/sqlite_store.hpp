// The SQLite engine of store.hpp.
#pragma once

#include <filesystem>
#include <memory>

#include "bridge/store/store.hpp"

namespace immp::bridge {

/// Opens DIRECTORY/immp.db, or makes it: the directory 0700, the files 0600, and the store's secret
/// (setting "secret"). Other processes may have it open as well. armor::initialise() must have been called.
/// Errors are 702 with a text for the administrator that begins with the file's name: what the system said,
/// not a database, another program's database, a newer schema than this program knows. `broke` is called
/// through the executor, once, before the writes hear of it that the failed sync was to cover.
[[nodiscard]] Result<std::unique_ptr<Store>> open_sqlite_store(const std::filesystem::path& directory,
                                                               Executor executor, Broke broke = nullptr);

}  // namespace immp::bridge
