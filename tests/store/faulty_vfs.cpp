#include "tests/store/faulty_vfs.hpp"

#include <new>
#include <stdexcept>

#include <sqlite3.h>

namespace immp::bridge {

namespace {

FaultyVfs* faults = nullptr;
sqlite3_vfs* real = nullptr;

/// Ours in front, the real file behind it in the same memory (szOsFile).
struct File {
    sqlite3_file base;

    sqlite3_file* inner() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

sqlite3_file* inner(sqlite3_file* file) {
    return reinterpret_cast<File*>(file)->inner();
}

int write(sqlite3_file* file, const void* octets, int count, sqlite3_int64 at) {
    if (faults->disk_full) return SQLITE_FULL;
    if (faults->write_fails) return SQLITE_IOERR_WRITE;
    return inner(file)->pMethods->xWrite(inner(file), octets, count, at);
}

int sync(sqlite3_file* file, int flags) {
    if (faults->sync_fails) return SQLITE_IOERR_FSYNC;
    const int code = inner(file)->pMethods->xSync(inner(file), flags);
    if (code == SQLITE_OK) ++faults->syncs;
    return code;
}

constexpr sqlite3_io_methods kMethods = {
    .iVersion = 2,
    .xClose = [](sqlite3_file* file) { return inner(file)->pMethods->xClose(inner(file)); },
    .xRead = [](sqlite3_file* file, void* octets, int count,
                sqlite3_int64 at) { return inner(file)->pMethods->xRead(inner(file), octets, count, at); },
    .xWrite = write,
    .xTruncate = [](sqlite3_file* file,
                    sqlite3_int64 size) { return inner(file)->pMethods->xTruncate(inner(file), size); },
    .xSync = sync,
    .xFileSize = [](sqlite3_file* file,
                    sqlite3_int64* size) { return inner(file)->pMethods->xFileSize(inner(file), size); },
    .xLock = [](sqlite3_file* file, int level) { return inner(file)->pMethods->xLock(inner(file), level); },
    .xUnlock = [](sqlite3_file* file,
                  int level) { return inner(file)->pMethods->xUnlock(inner(file), level); },
    .xCheckReservedLock =
        [](sqlite3_file* file, int* locked) {
            return inner(file)->pMethods->xCheckReservedLock(inner(file), locked);
        },
    .xFileControl =
        [](sqlite3_file* file, int operation, void* argument) {
            return inner(file)->pMethods->xFileControl(inner(file), operation, argument);
        },
    .xSectorSize = [](sqlite3_file* file) { return inner(file)->pMethods->xSectorSize(inner(file)); },
    .xDeviceCharacteristics =
        [](sqlite3_file* file) { return inner(file)->pMethods->xDeviceCharacteristics(inner(file)); },
    .xShmMap =
        [](sqlite3_file* file, int page, int size, int extend, void volatile** mapped) {
            return inner(file)->pMethods->xShmMap(inner(file), page, size, extend, mapped);
        },
    .xShmLock = [](sqlite3_file* file, int offset, int count,
                   int flags) { return inner(file)->pMethods->xShmLock(inner(file), offset, count, flags); },
    .xShmBarrier = [](sqlite3_file* file) { inner(file)->pMethods->xShmBarrier(inner(file)); },
    .xShmUnmap = [](sqlite3_file* file,
                    int remove) { return inner(file)->pMethods->xShmUnmap(inner(file), remove); },
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* given) {
    auto* ours = new (file) File{};
    const int code = real->xOpen(real, name, ours->inner(), flags, given);
    ours->base.pMethods = ours->inner()->pMethods == nullptr ? nullptr : &kMethods;
    return code;
}

sqlite3_vfs& vfs() {
    static sqlite3_vfs ours = [] {
        sqlite3_vfs made = *real;
        made.zName = "faulty";
        made.szOsFile = real->szOsFile + static_cast<int>(sizeof(File));
        made.xOpen = open;
        return made;
    }();
    return ours;
}

}  // namespace

FaultyVfs::FaultyVfs() {
    if (faults != nullptr) throw std::logic_error("there is a FaultyVfs already");
    if (real == nullptr) real = sqlite3_vfs_find(nullptr);
    faults = this;
    sqlite3_vfs_register(&vfs(), 1);
}

FaultyVfs::~FaultyVfs() {
    sqlite3_vfs_unregister(&vfs());
    faults = nullptr;
}

}  // namespace immp::bridge
