// The tables of the SQLite store, and how older files are brought to them.
#pragma once

#include <span>

#include "bridge/store/sqlite.hpp"

namespace immp::bridge {

/// `PRAGMA application_id` of our files: "IMMP".
inline constexpr std::int64_t kApplicationId = 0x494d4d50;

/// Step n (from 0) takes a file of schema n to n + 1. Released steps are never edited: they are what older
/// files went through.
[[nodiscard]] std::span<const char* const> migrations();

/// Brings the file to the last of `steps`, in one transaction, whoever else opens it at the same time; makes
/// the store's secret with the first. 702: a newer schema than `steps` know, or another program's database.
[[nodiscard]] Result<void> migrate(Database& connection, std::span<const char* const> steps);

}  // namespace immp::bridge
