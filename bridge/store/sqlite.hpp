// SQLite without its sharp edges: a connection with its prepared statements, and one use of a statement.
// Failures are Results; SQLite's own words are in `detail`. One thread at a time for a connection and all
// that it hands out.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include <sqlite3.h>

#include "armor/bytes.hpp"
#include "armor/error.hpp"
#include "armor/secret.hpp"
#include "bridge/mail/message.hpp"

namespace immp::bridge {

/// What one call of a sweep() or forget_..() takes away at most, of each table, where rows are small.
inline constexpr int kSweepRows = 2000;

/// The row that a statement stands on. Columns count from 0; what is returned is a copy. Blobs of a fixed
/// size are held to it by the schema's CHECKs.
class Row {
  public:
    explicit Row(sqlite3_stmt* statement) : statement_(statement) {}

    [[nodiscard]] std::int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }
    [[nodiscard]] std::uint64_t count(int column) const { return static_cast<std::uint64_t>(number(column)); }
    [[nodiscard]] std::uint32_t small(int column) const { return static_cast<std::uint32_t>(number(column)); }
    [[nodiscard]] bool flag(int column) const { return number(column) != 0; }
    [[nodiscard]] std::string text(int column) const { return std::string(as_text(view(column))); }
    [[nodiscard]] Bytes bytes(int column) const;
    [[nodiscard]] Time time(int column) const { return Time(std::chrono::seconds(number(column))); }
    [[nodiscard]] std::optional<Time> maybe_time(int column) const;
    template <std::size_t N>
    [[nodiscard]] std::array<std::uint8_t, N> array(int column) const {
        std::array<std::uint8_t, N> octets{};
        copy_to(octets, column);
        return octets;
    }
    template <std::size_t N>
    [[nodiscard]] armor::SecretBytes<N> secret(int column) const {
        armor::SecretBytes<N> secret;
        copy_to(secret.fill(), column);
        return secret;
    }

  private:
    /// Valid until the next step.
    [[nodiscard]] ByteView view(int column) const;
    void copy_to(std::span<std::uint8_t> target, int column) const;

    sqlite3_stmt* statement_;
};

class Database;

/// One use of a prepared statement; goes back to its connection's cache at the end. What was bound must live
/// as long. An error in preparing or binding shows at the first step.
class Statement {
  public:
    /// `values` stand for the `?` in order; an empty optional is NULL.
    template <class... Values>
    Statement(Database& connection, std::string_view sql, const Values&... values)
        : Statement(connection, sql, Unbound{}) {
        int index = 0;
        (bind(++index, values), ...);
    }
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    /// True: on a row. False: at the end.
    [[nodiscard]] Result<bool> step();
    [[nodiscard]] Row row() const { return Row(statement_); }

    /// Runs to the end.
    [[nodiscard]] Result<void> run();
    /// Runs to the end; how many rows it changed (not counting those that triggers and cascades changed).
    [[nodiscard]] Result<std::uint64_t> changes();
    /// Runs to the end; fails with this code and text where no row was changed.
    [[nodiscard]] Result<void> run_or_fail(int code, std::string text);

    /// What `read` makes of the first row, if there is one.
    template <class Read>
    [[nodiscard]] auto one(Read read) -> Result<std::optional<std::invoke_result_t<Read, const Row&>>> {
        const Result<bool> there = step();
        if (!there) return std::unexpected(there.error());
        if (!*there) return std::nullopt;
        return read(row());
    }

    /// What `read` makes of each row.
    template <class Read>
    [[nodiscard]] auto all(Read read) -> Result<std::vector<std::invoke_result_t<Read, const Row&>>> {
        std::vector<std::invoke_result_t<Read, const Row&>> found;
        for (;;) {
            const Result<bool> there = step();
            if (!there) return std::unexpected(there.error());
            if (!*there) return found;
            found.push_back(read(row()));
        }
    }

  private:
    struct Unbound {};
    Statement(Database& connection, std::string_view sql, Unbound);

    void bind(int index, std::int64_t value);
    void bind(int index, std::string_view text);
    void bind(int index, ByteView octets);
    void bind(int index, Time time) { bind(index, std::int64_t{time.time_since_epoch().count()}); }
    void bind(int index, std::optional<Time> time) {
        if (time) bind(index, *time);
    }
    void bind(int index, std::optional<std::int64_t> value) {
        if (value) bind(index, *value);
    }
    void note(int code);

    Database& connection_;
    sqlite3_stmt* statement_ = nullptr;
    int failed_ = SQLITE_OK;
};

/// The number in the first row; 0 where there is none.
[[nodiscard]] Result<std::uint64_t> count_of(Statement statement);

/// Whether after this failure of a commit or checkpoint nobody knows what the disk holds. A write that was
/// refused (disk full, file too long, no room for the log's shared index, another's lock) leaves the synced
/// part of the log as it was; a sync that failed may have dropped pages that look written ever after.
[[nodiscard]] bool leaves_disk_unknown(int code);

enum class Access { read_write, read_only };

class Database {
  public:
    /// The file must be there. 702 if it can't be opened, or not for writing.
    [[nodiscard]] static Result<std::unique_ptr<Database>> open(const std::filesystem::path& file,
                                                                Access access);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Usage: `query("... WHERE id = ?", id).one(read)`.
    template <class... Values>
    [[nodiscard]] Statement query(std::string_view sql, const Values&... values) {
        return Statement(*this, sql, values...);
    }
    /// Several statements without parameters and rows.
    [[nodiscard]] Result<void> script(const std::string& sql);
    /// A slice of a blob, without loading the whole.
    [[nodiscard]] Result<void> read_blob(const char* table, const char* column, std::int64_t row,
                                         std::uint64_t offset, std::span<char> target);

    [[nodiscard]] std::int64_t last_id() const { return sqlite3_last_insert_rowid(handle_); }
    /// False where SQLite rolled back by itself after an I/O error or a full disk.
    [[nodiscard]] bool in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
    /// The extended result code of the last statement that failed.
    [[nodiscard]] int last_failure() const { return last_failure_; }
    /// Whether a sync has ever failed: what the disk holds of the log is unknown from then on. Not only a
    /// COMMIT syncs: a log that starts anew is synced with its first page, and that may be one that a full
    /// page cache wrote in the middle of a transaction.
    [[nodiscard]] bool sync_failed() const { return sync_failed_; }
    /// Closing will not move the log into the database: what comes next decides from the files as they are.
    void keep_log_on_close();
    /// Octets bound to statements since the last call: about what a commit will write.
    [[nodiscard]] std::size_t take_bound_octets() { return std::exchange(bound_octets_, 0); }

    /// From now on keeps in mind which rows of `table` (a literal) are changed, by triggers too.
    void note_changes_of(const char* table);
    /// Those since the last call, each once; also of what was rolled back.
    [[nodiscard]] std::set<std::int64_t> take_changes() { return std::exchange(changed_rows_, {}); }

    /// Whether the write-ahead log has grown enough since the last checkpoint, or must go.
    [[nodiscard]] bool checkpoint_due() const;
    /// Moves the log into the database as far as readers allow. Syncs; outside of transactions only.
    [[nodiscard]] Result<void> checkpoint();
    /// Whoever overwrites a secret wants its old pages gone from the log too: the next checkpoint, due at
    /// once, cuts the log off.
    void want_log_gone() { log_unwanted_ = true; }

  private:
    friend class Statement;
    explicit Database(sqlite3* handle) : handle_(handle) {}
    [[nodiscard]] Result<void> set_up(Access access);
    [[nodiscard]] std::unexpected<Error> failure(int code, std::string_view what);
    /// From the cache, else prepared; nullptr with the code in `last_failure`.
    [[nodiscard]] sqlite3_stmt* take(std::string_view sql);
    void give_back(sqlite3_stmt* statement);

    sqlite3* handle_;
    /// Idle statements under their own SQL text.
    std::unordered_map<std::string_view, sqlite3_stmt*> idle_;
    std::size_t bound_octets_ = 0;
    int last_failure_ = SQLITE_OK;
    bool sync_failed_ = false;
    int log_pages_ = 0;           ///< after the last commit
    int checkpointed_pages_ = 0;  ///< of them, those at the last checkpoint
    bool log_unwanted_ = false;
    std::string_view noted_table_;
    std::set<std::int64_t> changed_rows_;
};

}  // namespace immp::bridge
