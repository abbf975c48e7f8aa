#include "tests/support/faulty_disk.hpp"

#include <fstream>

#include <sqlite3.h>

#include "tests/support/faulty_vfs.hpp"

namespace immp::test {

namespace {

std::string_view name_of(DiskOperation operation) {
    switch (operation) {
        case DiskOperation::open: return "open";
        case DiskOperation::write: return "write";
        case DiskOperation::sync: return "sync";
        case DiskOperation::truncate: return "truncate";
        case DiskOperation::map: return "map";
    }
    return "";
}

}  // namespace

const int kDiskFull = SQLITE_FULL;

int io_error(DiskOperation operation) {
    switch (operation) {
        case DiskOperation::open: return SQLITE_CANTOPEN;
        case DiskOperation::write: return SQLITE_IOERR_WRITE;
        case DiskOperation::sync: return SQLITE_IOERR_FSYNC;
        case DiskOperation::truncate: return SQLITE_IOERR_TRUNCATE;
        case DiskOperation::map: return SQLITE_IOERR_SHMSIZE;
    }
    return SQLITE_IOERR;
}

FaultyDisk::FaultyDisk(Listener listener) : listener_(std::move(listener)) {
    put_in_front(*this);
}

FaultyDisk::~FaultyDisk() {
    take_away();
}

void FaultyDisk::inject(Fault fault) {
    const std::lock_guard lock(mutex_);
    faults_.push_back(std::move(fault));
}

void FaultyDisk::mend() {
    const std::lock_guard lock(mutex_);
    faults_.clear();
    struck_ = 0;
}

std::uint64_t FaultyDisk::struck() const {
    const std::lock_guard lock(mutex_);
    return struck_;
}

void FaultyDisk::hold_syncs(std::string path) {
    const std::lock_guard lock(mutex_);
    holding_ = true;
    held_path_ = std::move(path);
}

void FaultyDisk::release() {
    {
        const std::lock_guard lock(mutex_);
        holding_ = false;
    }
    released_.notify_all();
}

bool FaultyDisk::holds() const {
    const std::lock_guard lock(mutex_);
    return blocked_ > 0;
}

std::uint64_t FaultyDisk::syncs() const {
    const std::lock_guard lock(mutex_);
    return syncs_;
}

void FaultyDisk::keep_images() {
    const std::lock_guard lock(mutex_);
    keeping_ = true;
}

void FaultyDisk::cut_power(const std::filesystem::path& directory, const std::filesystem::path& to) const {
    const std::lock_guard lock(mutex_);
    std::filesystem::create_directories(to);
    for (const auto& [file, durable] : files_) {
        const std::filesystem::path path(file);
        if (path.parent_path() != directory) continue;
        std::ofstream(to / path.filename(), std::ios::binary) << durable.octets();
    }
}

int FaultyDisk::admit(DiskOperation operation, const std::string& file) {
    std::unique_lock lock(mutex_);
    if (operation == DiskOperation::sync) {
        tell("sync " + file);
        wait_while_held(file, lock);
    }
    const int code = strike(operation, file);
    if (code != SQLITE_OK) {
        tell("failed " + std::string(name_of(operation)) + " " + file);
        const auto durable = files_.find(file);
        if (operation == DiskOperation::sync && durable != files_.end()) durable->second.lose();
    }
    return code;
}

void FaultyDisk::wait_while_held(const std::string& file, std::unique_lock<std::mutex>& lock) {
    const auto is_held = [&] { return holding_ && file.find(held_path_) != std::string::npos; };
    if (!is_held()) return;
    ++blocked_;
    tell("held " + file);
    released_.wait(lock, [&] { return !is_held(); });
    --blocked_;
}

int FaultyDisk::strike(DiskOperation operation, const std::string& file) {
    for (Fault& fault : faults_) {
        if (fault.operation != operation || file.find(fault.path) == std::string::npos) continue;
        if (fault.passes > 0) {
            --fault.passes;
        } else if (fault.times > 0) {
            if (fault.times != Fault::kEver) --fault.times;
            ++struck_;
            return fault.code;
        }
    }
    return SQLITE_OK;
}

void FaultyDisk::tell(const std::string& event) const {
    if (listener_) listener_(event);
}

void FaultyDisk::opened(const std::string& file) {
    const std::lock_guard lock(mutex_);
    if (keeping_) files_.try_emplace(file, file);
}

void FaultyDisk::written(const std::string& file, std::string_view octets, std::uint64_t at) {
    const std::lock_guard lock(mutex_);
    const auto durable = files_.find(file);
    if (durable != files_.end()) durable->second.write(octets, at);
}

void FaultyDisk::truncated(const std::string& file, std::uint64_t size) {
    const std::lock_guard lock(mutex_);
    const auto durable = files_.find(file);
    if (durable != files_.end()) durable->second.truncate(size);
}

void FaultyDisk::synced(const std::string& file) {
    const std::lock_guard lock(mutex_);
    ++syncs_;
    const auto durable = files_.find(file);
    if (durable != files_.end()) durable->second.sync();
    tell("synced " + file);
}

void FaultyDisk::deleted(const std::string& file) {
    const std::lock_guard lock(mutex_);
    files_.erase(file);
}

}  // namespace immp::test
