// SQLite's file layer with faults on demand: what a full, slow or failing disk does to the store, and what a
// power cut leaves of it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/durable_file.hpp"

namespace immp::test {

enum class DiskOperation {
    open,
    write,
    sync,
    truncate,
    map,  ///< the shared index beside the log is lengthened
};

/// The operation's own failure: SQLITE_CANTOPEN, SQLITE_IOERR_WRITE, _FSYNC, _TRUNCATE, _SHMSIZE.
[[nodiscard]] int io_error(DiskOperation operation);
/// SQLITE_FULL.
extern const int kDiskFull;

/// Which operations fail.
struct Fault {
    static constexpr std::uint64_t kEver = std::numeric_limits<std::uint64_t>::max();

    DiskOperation operation;
    int code;                  ///< SQLite's result code
    std::string path;          ///< only of files whose name holds this
    std::uint64_t passes = 0;  ///< so many succeed before
    std::uint64_t times = 1;   ///< so many fail, then no more
};

/// While it lives, every file that SQLite opens in this process goes through it. From any thread.
class FaultyDisk {
  public:
    /// Hears `sync FILE`, `held FILE`, `synced FILE`, `failed OPERATION FILE` as they happen, on the thread
    /// that they happen on; must not call back.
    using Listener = std::function<void(const std::string& event)>;

    explicit FaultyDisk(Listener listener = nullptr);
    /// After the last store has been closed.
    ~FaultyDisk();
    FaultyDisk(const FaultyDisk&) = delete;
    FaultyDisk& operator=(const FaultyDisk&) = delete;

    void inject(Fault fault);
    /// Forgets all faults.
    void mend();
    /// How many operations failed since the last mend().
    [[nodiscard]] std::uint64_t struck() const;

    /// From now on each sync of a file whose name holds `path` blocks, until release().
    void hold_syncs(std::string path);
    void release();
    /// Whether a sync is blocked now.
    [[nodiscard]] bool holds() const;
    /// Syncs that succeeded.
    [[nodiscard]] std::uint64_t syncs() const;

    /// From here on (no store is open yet) keeps what each file would hold if the power went: what was
    /// synced, and nothing of what a failed sync was to cover (the kernel drops such pages, LWN 752063).
    void keep_images();
    /// Writes what a power cut now would leave of `directory` into the new directory `to`.
    void cut_power(const std::filesystem::path& directory, const std::filesystem::path& to) const;

    // -- for the file layer

    /// SQLITE_OK, or what the operation is to fail with. A sync may block.
    [[nodiscard]] int admit(DiskOperation operation, const std::string& file);
    void opened(const std::string& file);
    void written(const std::string& file, std::string_view octets, std::uint64_t at);
    void truncated(const std::string& file, std::uint64_t size);
    void synced(const std::string& file);
    void deleted(const std::string& file);

  private:
    [[nodiscard]] int strike(DiskOperation operation, const std::string& file);
    void wait_while_held(const std::string& file, std::unique_lock<std::mutex>& lock);
    void tell(const std::string& event) const;

    const Listener listener_;
    mutable std::mutex mutex_;
    std::condition_variable released_;
    std::vector<Fault> faults_;
    std::uint64_t struck_ = 0;
    bool holding_ = false;
    std::string held_path_;
    std::uint64_t blocked_ = 0;
    std::uint64_t syncs_ = 0;
    bool keeping_ = false;
    std::map<std::string, DurableFile> files_;
};

}  // namespace immp::test
