// A file as a power cut would leave it: only what was synced.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace immp::test {

class DurableFile {
  public:
    /// What is there now counts as synced.
    explicit DurableFile(const std::filesystem::path& file);

    void write(std::string_view octets, std::uint64_t at) {
        waiting_.push_back({at, std::string(octets), false});
    }
    void truncate(std::uint64_t size) { waiting_.push_back({size, {}, true}); }
    /// All that was written is durable.
    void sync();
    /// The sync failed: what was written since the last one never reaches the disk, unless it is written
    /// again.
    void lose() { waiting_.clear(); }

    [[nodiscard]] const std::string& octets() const { return octets_; }

  private:
    struct Change {
        std::uint64_t at;
        std::string octets;
        bool truncates;
    };

    std::string octets_;
    std::vector<Change> waiting_;
};

}  // namespace immp::test
