// Where a part is saved: whole or not at all, and never over a file that is there already.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "bridge/client/failure.hpp"

namespace immp::bridge::client {

/// A stranger's name for a part as a file name in the current folder: no slash, no control character, no dot
/// in front, at most 200 octets; "part" where nothing is left.
[[nodiscard]] std::string safe_file_name(std::string_view part_name);

class PartFile {
  public:
    enum class Existing { keep, replace };

    /// ExitStatus::cannot_create where the target exists (with `keep`) or its folder cannot be written.
    [[nodiscard]] static Outcome<PartFile> create(const std::filesystem::path& target, Existing existing);
    PartFile(PartFile&& other) noexcept;
    /// What was not finished leaves nothing behind.
    ~PartFile();

    /// ExitStatus::input_output: the disk is full, for example.
    [[nodiscard]] Outcome<void> write(std::string_view octets);
    /// On the disk and under its name; ExitStatus::cannot_create where somebody took the name meanwhile.
    [[nodiscard]] Outcome<void> finish();

  private:
    PartFile(std::filesystem::path target, std::filesystem::path hidden, int descriptor, Existing existing);

    std::filesystem::path target_;
    std::filesystem::path hidden_;
    int descriptor_;
    Existing existing_;
};

}  // namespace immp::bridge::client
