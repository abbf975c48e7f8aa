#include "tests/support/faulty_vfs.hpp"

#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include <sqlite3.h>

#include "tests/support/faulty_disk.hpp"

namespace immp::test {

namespace {

FaultyDisk* disk = nullptr;
sqlite3_vfs* real = nullptr;

/// Ours in front, the real file behind it in the same memory (szOsFile).
struct File {
    sqlite3_file base;
    std::string* name;  ///< SQLite's file objects have no destructor: xClose ends it

    sqlite3_file* inner() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File& ours(sqlite3_file* file) {
    return *reinterpret_cast<File*>(file);
}

sqlite3_file* inner(sqlite3_file* file) {
    return ours(file).inner();
}

int close(sqlite3_file* file) {
    delete std::exchange(ours(file).name, nullptr);
    return inner(file)->pMethods->xClose(inner(file));
}

int write(sqlite3_file* file, const void* octets, int count, sqlite3_int64 at) {
    const std::string& name = *ours(file).name;
    if (const int code = disk->admit(DiskOperation::write, name); code != SQLITE_OK) return code;
    const int code = inner(file)->pMethods->xWrite(inner(file), octets, count, at);
    if (code == SQLITE_OK)
        disk->written(name, {static_cast<const char*>(octets), static_cast<std::size_t>(count)},
                      static_cast<std::uint64_t>(at));
    return code;
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
    const std::string& name = *ours(file).name;
    if (const int code = disk->admit(DiskOperation::truncate, name); code != SQLITE_OK) return code;
    const int code = inner(file)->pMethods->xTruncate(inner(file), size);
    if (code == SQLITE_OK) disk->truncated(name, static_cast<std::uint64_t>(size));
    return code;
}

int sync(sqlite3_file* file, int flags) {
    const std::string& name = *ours(file).name;
    if (const int code = disk->admit(DiskOperation::sync, name); code != SQLITE_OK) return code;
    const int code = inner(file)->pMethods->xSync(inner(file), flags);
    if (code == SQLITE_OK) disk->synced(name);
    return code;
}

int map(sqlite3_file* file, int page, int size, int extend, void volatile** mapped) {
    if (extend != 0)
        if (const int code = disk->admit(DiskOperation::map, *ours(file).name); code != SQLITE_OK)
            return code;
    return inner(file)->pMethods->xShmMap(inner(file), page, size, extend, mapped);
}

constexpr sqlite3_io_methods kMethods = {
    .iVersion = 2,
    .xClose = close,
    .xRead = [](sqlite3_file* file, void* octets, int count,
                sqlite3_int64 at) { return inner(file)->pMethods->xRead(inner(file), octets, count, at); },
    .xWrite = write,
    .xTruncate = truncate,
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
    .xShmMap = map,
    .xShmLock = [](sqlite3_file* file, int offset, int count,
                   int flags) { return inner(file)->pMethods->xShmLock(inner(file), offset, count, flags); },
    .xShmBarrier = [](sqlite3_file* file) { inner(file)->pMethods->xShmBarrier(inner(file)); },
    .xShmUnmap = [](sqlite3_file* file,
                    int remove) { return inner(file)->pMethods->xShmUnmap(inner(file), remove); },
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* given) {
    auto* made = new (file) File{};
    const std::string shown = name == nullptr ? "temporary" : name;
    if (const int code = disk->admit(DiskOperation::open, shown); code != SQLITE_OK) return code;
    const int code = real->xOpen(real, name, made->inner(), flags, given);
    if (made->inner()->pMethods == nullptr) return code;
    made->name = new std::string(shown);
    made->base.pMethods = &kMethods;
    if (name != nullptr) disk->opened(shown);
    return code;
}

int remove(sqlite3_vfs*, const char* name, int sync_directory) {
    const int code = real->xDelete(real, name, sync_directory);
    if (code == SQLITE_OK) disk->deleted(name);
    return code;
}

sqlite3_vfs& vfs() {
    static sqlite3_vfs made = [] {
        sqlite3_vfs copy = *real;
        copy.zName = "faulty";
        copy.szOsFile = real->szOsFile + static_cast<int>(sizeof(File));
        copy.xOpen = open;
        copy.xDelete = remove;
        return copy;
    }();
    return made;
}

}  // namespace

void put_in_front(FaultyDisk& given) {
    if (disk != nullptr) throw std::logic_error("there is a FaultyDisk already");
    if (real == nullptr) real = sqlite3_vfs_find(nullptr);
    disk = &given;
    sqlite3_vfs_register(&vfs(), 1);
}

void take_away() {
    sqlite3_vfs_unregister(&vfs());
    sqlite3_vfs_register(real, 1);  // else whatever was registered last would be the default
    disk = nullptr;
}

}  // namespace immp::test
