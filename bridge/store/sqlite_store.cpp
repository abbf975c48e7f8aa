#include "bridge/store/sqlite_store.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bridge/store/schema.hpp"
#include "bridge/store/sqlite_reader.hpp"
#include "bridge/store/sqlite_writer.hpp"

namespace immp::bridge {

namespace {

/// Two, so that one long answer does not hold up all others.
constexpr std::size_t kReaders = 2;

class SqliteStore final : public Store {
  public:
    SqliteStore(std::unique_ptr<Database> writer, std::vector<std::unique_ptr<Database>> readers,
                const Executor& executor, Broke broke)
        : writer_(std::move(writer), executor, std::move(broke)), readers_(std::move(readers), executor) {}

    void on_changed(std::function<void(const std::vector<FolderId>&)> listener) override {
        writer_.on_changed(std::move(listener));
    }
    [[nodiscard]] std::size_t waiting_writes() const override { return writer_.waiting(); }
    [[nodiscard]] std::uint64_t commits() const override { return writer_.commits(); }
    [[nodiscard]] bool broken() const override { return writer_.broken(); }

  protected:
    void enqueue(StoreJob job) override { writer_.enqueue(std::move(job)); }
    void enqueue_read(StoreJob job) override { readers_.enqueue(std::move(job)); }

  private:
    SqliteWriter writer_;
    SqliteReaders readers_;  ///< ends first: the last connection to close tidies up the log, and may write
};

constexpr const char* kRemedy =
    "; see [store] directory: it must be a folder that the user that immpd runs as can write";

std::unexpected<Error> system_error(const std::filesystem::path& path) {
    return fail(702, path.string() + ": " + std::strerror(errno) + kRemedy);
}

Result<void> sync_directory(const std::filesystem::path& directory) {
    const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return system_error(directory);
    const int synced = ::fsync(descriptor);
    ::close(descriptor);
    if (synced != 0) return system_error(directory);
    return {};
}

/// Makes the directory, and its name durable.
Result<void> make_directory(const std::filesystem::path& directory) {
    std::error_code error;
    const auto parent = std::filesystem::absolute(directory, error).lexically_normal().parent_path();
    std::filesystem::create_directories(parent, error);
    if (::mkdir(directory.c_str(), 0700) == 0) return sync_directory(parent);
    if (errno != EEXIST) return system_error(directory);
    return {};
}

/// SQLite would make the file readable for all; its log takes after the file. A file that is there is not
/// even opened here: closing it would end the locks of another store in this process (POSIX).
Result<void> make_file(const std::filesystem::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        if (errno == EEXIST) return {};
        return system_error(file);
    }
    ::close(descriptor);
    return {};
}

/// For the administrator: the file's name, SQLite's own words, and what to do.
std::unexpected<Error> with_name(const std::filesystem::path& file, const Error& error) {
    return fail(702, file.string() + ": " + (error.detail.empty() ? error.text : error.detail) + kRemedy);
}

/// The log of a run that ended with a failed sync may show what the disk does not hold: the kernel forgets
/// such pages and goes on showing them. What is built on them would be lost with them; so everything that the
/// log shows is written and synced anew, into the database, before anything is added to it. A disk that is
/// full has no room for that, and has failed no sync.
Result<void> settle_log(Database& writer) {
    auto moved = writer.checkpoint();
    if (!moved && !leaves_disk_unknown(writer.last_failure())) return {};
    return moved;
}

Result<std::unique_ptr<Database>> open_writer(const std::filesystem::path& file) {
    auto writer = Database::open(file, Access::read_write);
    if (!writer) return writer;
    if (auto ready = migrate(**writer, migrations()); !ready) return std::unexpected(ready.error());
    if (auto logged = (*writer)->script("PRAGMA journal_mode = WAL"); !logged)
        return std::unexpected(logged.error());
    if (auto moved = settle_log(**writer); !moved) return std::unexpected(moved.error());
    return writer;
}

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite_store(const std::filesystem::path& directory, Executor executor,
                                                 Broke broke) {
    if (auto made = make_directory(directory); !made) return std::unexpected(made.error());
    const std::filesystem::path file = directory / "immp.db";
    if (auto made = make_file(file); !made) return std::unexpected(made.error());

    auto writer = open_writer(file);
    if (!writer) return with_name(file, writer.error());
    std::vector<std::unique_ptr<Database>> readers;
    while (readers.size() < kReaders) {
        auto reader = Database::open(file, Access::read_only);
        if (!reader) return with_name(file, reader.error());
        readers.push_back(std::move(*reader));
    }
    return std::make_unique<SqliteStore>(std::move(*writer), std::move(readers), executor, std::move(broke));
}

}  // namespace immp::bridge
