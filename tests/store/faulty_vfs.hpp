// SQLite's file layer with faults on demand: what a full or failing disk does to the store.
#pragma once

#include <atomic>

namespace immp::bridge {

/// While it lives, every file that SQLite opens goes through it.
class FaultyVfs {
  public:
    FaultyVfs();
    /// After the last store has been closed.
    ~FaultyVfs();
    FaultyVfs(const FaultyVfs&) = delete;
    FaultyVfs& operator=(const FaultyVfs&) = delete;

    std::atomic<bool> disk_full = false;    ///< each write fails with SQLITE_FULL
    std::atomic<bool> write_fails = false;  ///< each write fails with SQLITE_IOERR_WRITE
    std::atomic<bool> sync_fails = false;   ///< each sync fails with SQLITE_IOERR_FSYNC
    std::atomic<int> syncs = 0;             ///< syncs that succeeded
};

}  // namespace immp::bridge
