#include "bridge/store/sqlite.hpp"

#include <algorithm>
#include <cstring>

#include "bridge/store/spill.hpp"

namespace immp::bridge {

namespace {

using namespace std::chrono_literals;

/// How long a statement waits for another process that writes (`immpd account add` beside the daemon).
constexpr auto kBusyWait = 10s;
/// When a storage failure is worth another try.
constexpr auto kRetry = 60s;

/// 16 MiB of log: rarely enough that writes don't wait for it, often enough that it stays small.
constexpr int kCheckpointPages = 4096;
/// 256 MiB: readers that overlap have kept the log from starting anew; now it waits for them.
constexpr int kLongLogPages = 65'536;

/// Failures that are ours, not the disk's: SQL that the schema refuses, or writing on a reader's connection.
bool is_programming_error(int code) {
    switch (code & 0xff) {
        case SQLITE_ERROR:
        case SQLITE_CONSTRAINT:
        case SQLITE_MISMATCH:
        case SQLITE_MISUSE:
        case SQLITE_RANGE:
        case SQLITE_READONLY: return true;
        default: return false;
    }
}

/// Pages that a savepoint may have to bring back are kept in one block of memory of this size, and beyond it
/// in a file (store/spill.hpp). Smaller blocks become a list that each statement walks at its end
/// (memjrnlTruncate): with 128 KiB a message that shares its write with many costs half as much CPU again.
#ifdef IMMP_SAVEPOINT_BYTES
constexpr int kSavepointBytes = IMMP_SAVEPOINT_BYTES;
#else
constexpr int kSavepointBytes = 16 << 20;
#endif

/// Of the library, so once for the process, and before the first connection. Its own memory statistics, which
/// nobody asks for, would put all threads' allocations behind one lock.
void configure_library() {
    static const bool done = [] {
        sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
        sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, kSavepointBytes);
        return true;
    }();
    static_cast<void>(done);
}

/// For every connection. FAST keeps deleted secrets from lingering in pages that are written anyway, but does
/// not write the freed pages of a 100 MiB body (Debian's default does).
constexpr const char* kCommonSettings =
    "PRAGMA foreign_keys = ON;"
    "PRAGMA secure_delete = FAST;"
    "PRAGMA cache_size = -8192;";

}  // namespace

bool leaves_disk_unknown(int code) {
    switch (code) {
        case SQLITE_IOERR_WRITE:
        case SQLITE_IOERR_NOMEM:
        case SQLITE_IOERR_SHMSIZE:
        case SQLITE_IOERR_SHMMAP: return false;
        default: break;
    }
    switch (code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_CONSTRAINT:
        case SQLITE_FULL:
        case SQLITE_LOCKED:
        case SQLITE_NOMEM: return false;
        default: return true;
    }
}

Bytes Row::bytes(int column) const {
    const ByteView octets = view(column);
    return {octets.begin(), octets.end()};
}

std::optional<Time> Row::maybe_time(int column) const {
    if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return std::nullopt;
    return time(column);
}

ByteView Row::view(int column) const {
    const auto* octets = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
    return {octets, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

void Row::copy_to(std::span<std::uint8_t> target, int column) const {
    const ByteView octets = view(column);
    std::copy_n(octets.begin(), std::min(octets.size(), target.size()), target.begin());
}

Statement::Statement(Database& connection, std::string_view sql, Unbound)
    : connection_(connection), statement_(connection.take(sql)) {
    if (statement_ == nullptr) failed_ = connection.last_failure();
}

Statement::~Statement() {
    if (statement_ != nullptr) connection_.give_back(statement_);
}

void Statement::note(int code) {
    if (failed_ == SQLITE_OK) failed_ = code;
}

void Statement::bind(int index, std::int64_t value) {
    note(sqlite3_bind_int64(statement_, index, value));
}

void Statement::bind(int index, std::string_view text) {
    connection_.bound_octets_ += text.size();
    // A null pointer would be NULL; an empty text is not.
    const char* start = text.data() == nullptr ? "" : text.data();
    note(sqlite3_bind_text64(statement_, index, start, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Statement::bind(int index, ByteView octets) {
    connection_.bound_octets_ += octets.size();
    if (octets.empty()) return note(sqlite3_bind_zeroblob(statement_, index, 0));
    note(sqlite3_bind_blob64(statement_, index, octets.data(), octets.size(), SQLITE_STATIC));
}

Result<bool> Statement::step() {
    if (failed_ == SQLITE_OK) {
        const int code = sqlite3_step(statement_);
        if (code == SQLITE_ROW) return true;
        if (code == SQLITE_DONE) return false;
        failed_ = code;
    }
    const char* sql = statement_ == nullptr ? "prepare" : sqlite3_sql(statement_);
    return connection_.failure(failed_, sql);
}

Result<void> Statement::run() {
    for (;;) {
        const Result<bool> row = step();
        if (!row) return std::unexpected(row.error());
        if (!*row) return {};
    }
}

Result<std::uint64_t> Statement::changes() {
    if (auto done = run(); !done) return std::unexpected(done.error());
    return static_cast<std::uint64_t>(sqlite3_changes64(connection_.handle_));
}

Result<void> Statement::run_or_fail(int code, std::string text) {
    const Result<std::uint64_t> changed = changes();
    if (!changed) return std::unexpected(changed.error());
    if (*changed == 0) return fail(code, std::move(text));
    return {};
}

Result<std::uint64_t> count_of(Statement statement) {
    const auto count = statement.one([](const Row& row) { return row.count(0); });
    if (!count) return std::unexpected(count.error());
    return count->value_or(0);
}

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& file, Access access) {
    configure_library();
    const int mode = access == Access::read_write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(file.c_str(), &handle,
                                     mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, spilling_vfs());
    std::unique_ptr<Database> connection(new Database(handle));
    if (code != SQLITE_OK) return connection->failure(code, "open");
    // SQLite falls back to reading where it may not write.
    if (access == Access::read_write && sqlite3_db_readonly(handle, "main") != 0)
        return fail(702, "the file can't be written");
    if (auto ready = connection->set_up(access); !ready) return std::unexpected(ready.error());
    return connection;
}

Result<void> Database::set_up(Access access) {
    sqlite3_busy_timeout(handle_, static_cast<int>(std::chrono::milliseconds(kBusyWait).count()));
    if (auto done = script(kCommonSettings); !done) return done;
    if (access == Access::read_only) return {};
    // Checkpoints are ours to time (a hook replaces SQLite's own): after the replies, not before.
    sqlite3_wal_hook(
        handle_,
        [](void* context, sqlite3*, const char*, int pages) {
            auto* self = static_cast<Database*>(context);
            if (pages < self->log_pages_) self->checkpointed_pages_ = 0;  // it started anew
            self->log_pages_ = pages;
            return SQLITE_OK;
        },
        this);
    return script("PRAGMA synchronous = FULL;");
}

Database::~Database() {
    for (const auto& [sql, statement] : idle_)
        sqlite3_finalize(statement);
    sqlite3_close(handle_);
}

Result<void> Database::script(const std::string& sql) {
    const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return failure(code, sql);
    return {};
}

Result<void> Database::read_blob(const char* table, const char* column, std::int64_t row,
                                 std::uint64_t offset, std::span<char> target) {
    sqlite3_blob* blob = nullptr;
    int code = sqlite3_blob_open(handle_, "main", table, column, row, 0, &blob);
    if (code == SQLITE_OK)
        code =
            sqlite3_blob_read(blob, target.data(), static_cast<int>(target.size()), static_cast<int>(offset));
    if (code != SQLITE_OK) {
        auto failed = failure(code, "read a blob");
        sqlite3_blob_close(blob);
        return failed;
    }
    sqlite3_blob_close(blob);
    return {};
}

void Database::keep_log_on_close() {
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

bool Database::checkpoint_due() const {
    return log_unwanted_ || log_pages_ - checkpointed_pages_ >= kCheckpointPages;
}

Result<void> Database::checkpoint() {
    const bool cut = log_unwanted_ || log_pages_ >= kLongLogPages;
    const int mode = cut ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
    const int code = sqlite3_wal_checkpoint_v2(handle_, "main", mode, nullptr, nullptr);
    checkpointed_pages_ = log_pages_;
    // Another checkpoint, or a reader, is in the way: the next one does it.
    if ((code & 0xff) == SQLITE_BUSY) return {};
    if (code != SQLITE_OK) return failure(code, "checkpoint");
    log_unwanted_ = false;
    return {};
}

std::unexpected<Error> Database::failure(int code, std::string_view what) {
    last_failure_ = code;
    sync_failed_ = sync_failed_ || code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC;
    std::string detail = "SQLite " + std::to_string(code) + " (" + sqlite3_errmsg(handle_);
    const int system = sqlite3_system_errno(handle_);
    if (const int kind = code & 0xff; system != 0 && (kind == SQLITE_CANTOPEN || kind == SQLITE_IOERR))
        detail.append(": ").append(std::strerror(system));
    detail.append(") in: ").append(what.substr(0, 60));
    if (is_programming_error(code)) return fail(700, "internal error", std::move(detail));
    return fail_for_now(702, "storage failed", kRetry, std::move(detail));
}

sqlite3_stmt* Database::take(std::string_view sql) {
    if (auto idle = idle_.extract(sql)) return idle.mapped();
    sqlite3_stmt* fresh = nullptr;
    last_failure_ = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                       SQLITE_PREPARE_PERSISTENT, &fresh, nullptr);
    return fresh;
}

void Database::give_back(sqlite3_stmt* statement) {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    // While one was in use, a second of the same text may have been prepared.
    if (!idle_.emplace(sqlite3_sql(statement), statement).second) sqlite3_finalize(statement);
}

void Database::note_changes_of(const char* table) {
    noted_table_ = table;
    sqlite3_update_hook(
        handle_,
        [](void* self, int, const char*, const char* changed, sqlite3_int64 row) {
            auto& connection = *static_cast<Database*>(self);
            if (connection.noted_table_ == changed) connection.changed_rows_.insert(row);
        },
        this);
}

}  // namespace immp::bridge
