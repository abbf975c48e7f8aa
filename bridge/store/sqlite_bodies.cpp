#include "bridge/store/sqlite_bodies.hpp"

#include <algorithm>

namespace immp::bridge {

namespace {

/// A last chunk below this is written again together with what follows, so that drips of octets do not make a
/// row each; a longer one stays as it is, so that pieces of any size cost about their own octets.
constexpr std::size_t kSmallChunkBytes = 16 * 1024;

/// What one sweep() drops at most.
constexpr int kSweepBodies = 500;
constexpr std::uint64_t kSweepBytes = 64ull << 20;

struct Chunk {
    std::int64_t row = 0;
    std::uint64_t at = 0;
    std::uint64_t length = 0;
};

Chunk read_chunk(const Row& row) {
    return {row.number(0), row.count(1), row.count(2)};
}

/// The chunk that holds the octet at an offset, if any; else the last one before it.
constexpr std::string_view kChunkAt =
    "SELECT id, at, length(octets) FROM chunks WHERE body = ? AND at <= ? ORDER BY at DESC LIMIT 1";

/// Of a row `b`. The mark alone would do for messages; it finds those that are worth a look.
constexpr std::string_view kIsLoose =
    "loose = 1 AND NOT EXISTS (SELECT 1 FROM parts WHERE body = b.id) "
    "AND NOT EXISTS (SELECT 1 FROM outgoing WHERE body = b.id) "
    "AND NOT EXISTS (SELECT 1 FROM incoming WHERE body = b.id)";

std::unexpected<Error> no_such_body() {
    return fail(404, "no such body");
}

}  // namespace

Result<BodyId> SqliteBodies::create(Time now) {
    auto made =
        db_.query(
               "INSERT INTO bodies (id, made) VALUES (max(?, 1 + coalesce((SELECT seq FROM sqlite_sequence "
               "WHERE name = 'bodies'), 0)), ?)",
               given_ + 1, now)
            .run();
    if (!made) return std::unexpected(made.error());
    return given_ = db_.last_id();
}

Result<std::uint64_t> SqliteBodies::length(BodyId body) {
    const auto length = db_.query("SELECT length FROM bodies WHERE id = ?", body).one([](const Row& row) {
        return row.count(0);
    });
    if (!length) return std::unexpected(length.error());
    if (!*length) return no_such_body();
    return **length;
}

Result<void> SqliteBodies::append(BodyId body, std::string_view octets) {
    auto at = length(body);
    if (!at) return std::unexpected(at.error());
    const auto extended = extend_last_chunk(body, *at, octets);
    if (!extended) return std::unexpected(extended.error());
    octets.remove_prefix(*extended);
    *at += *extended;
    while (!octets.empty()) {
        const std::string_view chunk = octets.substr(0, kChunkBytes);
        const auto added =
            db_.query("INSERT INTO chunks (body, at, octets) VALUES (?, ?, ?)", body, *at, as_bytes(chunk))
                .run();
        if (!added) return std::unexpected(added.error());
        octets.remove_prefix(chunk.size());
        *at += chunk.size();
    }
    return set_length(body, *at);
}

/// Returns how many of the octets it took.
Result<std::size_t> SqliteBodies::extend_last_chunk(BodyId body, std::uint64_t length,
                                                    std::string_view octets) {
    if (length == 0 || octets.empty()) return 0;
    const auto last = db_.query(kChunkAt, body, length).one(read_chunk);
    if (!last) return std::unexpected(last.error());
    if (!*last || (*last)->length >= kSmallChunkBytes) return 0;
    const std::size_t taken = std::min<std::size_t>(octets.size(), kChunkBytes - (*last)->length);
    const auto written = db_.query("UPDATE chunks SET octets = CAST(octets || ? AS BLOB) WHERE id = ?",
                                   as_bytes(octets.substr(0, taken)), (*last)->row)
                             .run();
    if (!written) return std::unexpected(written.error());
    return taken;
}

Result<void> SqliteBodies::set_length(BodyId body, std::uint64_t length) {
    return db_.query("UPDATE bodies SET length = ? WHERE id = ?", length, body).run();
}

Result<std::string> SqliteBodies::read(BodyId body, std::uint64_t offset, std::size_t most) {
    const auto whole = length(body);
    if (!whole) return std::unexpected(whole.error());
    if (offset >= *whole) return std::string{};
    std::string octets(static_cast<std::size_t>(std::min<std::uint64_t>(most, *whole - offset)), '\0');
    std::span<char> missing(octets);
    while (!missing.empty()) {
        const auto chunk = db_.query(kChunkAt, body, offset).one(read_chunk);
        if (!chunk) return std::unexpected(chunk.error());
        if (!*chunk || offset >= (*chunk)->at + (*chunk)->length)
            return fail(702, "storage failed", "body " + std::to_string(body) + " has a hole");
        const std::uint64_t skip = offset - (*chunk)->at;
        const auto count =
            static_cast<std::size_t>(std::min<std::uint64_t>(missing.size(), (*chunk)->length - skip));
        auto copied = db_.read_blob("chunks", "octets", (*chunk)->row, skip, missing.first(count));
        if (!copied) return std::unexpected(copied.error());
        missing = missing.subspan(count);
        offset += count;
    }
    return octets;
}

Result<void> SqliteBodies::truncate(BodyId body, std::uint64_t length) {
    const auto now = this->length(body);
    if (!now) return std::unexpected(now.error());
    if (length >= *now) return {};
    auto behind = db_.query("DELETE FROM chunks WHERE body = ? AND at >= ?", body, length).run();
    if (!behind) return behind;
    auto cut = db_.query(
                      "UPDATE chunks SET octets = substr(octets, 1, ?1 - at) WHERE id = "
                      "(SELECT id FROM chunks WHERE body = ?2 ORDER BY at DESC LIMIT 1) "
                      "AND at + length(octets) > ?1",
                      length, body)
                   .run();
    if (!cut) return cut;
    return set_length(body, length);
}

Result<void> SqliteBodies::drop(BodyId body) {
    return db_.query("DELETE FROM bodies AS b WHERE id = ? AND " + std::string(kIsLoose), body).run();
}

Result<std::uint64_t> SqliteBodies::sweep(Time before, std::span<const BodyId> spared) {
    struct Loose {
        BodyId id;
        std::uint64_t length;
    };
    const auto loose =
        db_.query("SELECT id, length FROM bodies b WHERE made < ? AND " + std::string(kIsLoose) + " LIMIT ?",
                  before, kSweepBodies)
            .all([](const Row& row) { return Loose{row.number(0), row.count(1)}; });
    if (!loose) return std::unexpected(loose.error());
    std::uint64_t dropped = 0;
    std::uint64_t octets = 0;
    for (const Loose& body : *loose) {
        if (octets >= kSweepBytes) break;
        if (std::ranges::find(spared, body.id) != spared.end()) continue;
        if (auto gone = drop(body.id); !gone) return std::unexpected(gone.error());
        octets += body.length;
        ++dropped;
    }
    return dropped;
}

}  // namespace immp::bridge
