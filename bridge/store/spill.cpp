#include "bridge/store/spill.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <string>

#include <sqlite3.h>

namespace immp::bridge {

namespace {

constexpr int kPiece = 64 << 10;

/// A file's methods but for xWrite. A file points to its methods: so they find what is under them.
struct Methods {
    sqlite3_io_methods own;
    const sqlite3_io_methods* under;
};

/// A VFS but for xOpen; the one under it stands in its pAppData.
struct Vfs {
    sqlite3_vfs own;
    std::string name;
};

/// One of each for each that was ever under one: SQLite keeps their addresses for good.
struct Made {
    std::mutex mutex;
    std::map<const sqlite3_io_methods*, Methods> methods;
    std::map<const sqlite3_vfs*, Vfs> vfs;
};

Made& made() {
    static Made all;
    return all;
}

int write_in_pieces(sqlite3_file* file, const void* octets, int count, sqlite3_int64 at) {
    const auto* methods = reinterpret_cast<const Methods*>(file->pMethods);
    const auto* next = static_cast<const char*>(octets);
    while (count > 0) {
        const int piece = std::min(count, kPiece);
        if (const int code = methods->under->xWrite(file, next, piece, at); code != SQLITE_OK) return code;
        next += piece;
        at += piece;
        count -= piece;
    }
    return SQLITE_OK;
}

const sqlite3_io_methods* in_pieces(const sqlite3_io_methods* under) {
    const std::lock_guard lock(made().mutex);
    const auto [there, fresh] = made().methods.try_emplace(under, Methods{.own = *under, .under = under});
    if (fresh) there->second.own.xWrite = write_in_pieces;
    return &there->second.own;
}

int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* given) {
    auto* under = static_cast<sqlite3_vfs*>(vfs->pAppData);
    const int code = under->xOpen(under, name, file, flags, given);
    if ((flags & SQLITE_OPEN_SUBJOURNAL) != 0 && file->pMethods != nullptr)
        file->pMethods = in_pieces(file->pMethods);
    return code;
}

}  // namespace

const char* spilling_vfs() {
    sqlite3_vfs* under = sqlite3_vfs_find(nullptr);
    const std::lock_guard lock(made().mutex);
    const auto [there, fresh] = made().vfs.try_emplace(under, Vfs{.own = *under, .name = {}});
    Vfs& vfs = there->second;
    if (fresh) {
        vfs.name = std::string("spilling on ") + under->zName;
        vfs.own.zName = vfs.name.c_str();
        vfs.own.pAppData = under;
        vfs.own.xOpen = open;
        sqlite3_vfs_register(&vfs.own, 0);
    }
    return vfs.own.zName;
}

}  // namespace immp::bridge
