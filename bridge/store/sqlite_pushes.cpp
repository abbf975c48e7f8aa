#include "bridge/store/sqlite_pushes.hpp"

#include <algorithm>

#include "bridge/store/folder_key.hpp"
#include "bridge/store/folders.hpp"
#include "bridge/store/netstrings.hpp"

namespace immp::bridge {

namespace {

/// What one forget_expired() looks at, at most, of each kind.
constexpr int kExpiredRows = 500;
/// By which octets of a hash a token is sought.
constexpr std::size_t kHintBytes = 8;

ByteView hint_of(const armor::Digest& hash) {
    return ByteView(hash).first(kHintBytes);
}

struct FoundToken {
    std::int64_t id = 0;
    armor::Digest hash{};
    std::string publisher;
};

/// The one with this hash, in a time that depends on how many there are and on nothing else.
std::optional<std::int64_t> pick(const std::vector<FoundToken>& tokens, const armor::Digest& hash,
                                 std::string_view publisher) {
    const armor::SecretBytes<32> sought(hash);
    std::optional<std::int64_t> picked;
    for (const FoundToken& token : tokens) {
        const bool is_it = sought.equal(token.hash);
        if (is_it && (token.publisher.empty() || token.publisher == publisher)) picked = token.id;
    }
    return picked;
}

}  // namespace

Result<std::optional<PushStanding>> SqlitePushes::standing(AccountId account, std::string_view source) {
    return db_.query("SELECT standing FROM push_sources WHERE account = ? AND name = ?", account, source)
        .one([](const Row& row) { return static_cast<PushStanding>(row.number(0)); });
}

Result<void> SqlitePushes::set_standing(AccountId account, std::string_view source, PushStanding standing,
                                        Time now) {
    const auto others = count_of(
        db_.query("SELECT count(*) FROM push_sources WHERE account = ? AND name <> ?", account, source));
    if (!others) return std::unexpected(others.error());
    if (*others >= kMaxPushSources)
        return fail(413, "You approved and blocked " + std::to_string(kMaxPushSources) +
                             " names, the most; PUSH FORGET ends one");
    return db_
        .query(
            "INSERT INTO push_sources (account, name, standing, since) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (account, name) DO UPDATE SET standing = excluded.standing, since = excluded.since",
            account, source, static_cast<int>(standing), now)
        .run();
}

Result<bool> SqlitePushes::end_standing(AccountId account, std::string_view source) {
    const auto gone =
        db_.query("DELETE FROM push_sources WHERE account = ? AND name = ?", account, source).changes();
    if (!gone) return std::unexpected(gone.error());
    return *gone > 0;
}

Result<std::vector<Pushes::Source>> SqlitePushes::sources(AccountId account) {
    return db_
        .query(
            "SELECT name, standing, since, 0, 0 FROM push_sources WHERE account = ?1 UNION ALL "
            "SELECT w.source, NULL, w.came, c.pushes, w.message FROM push_waiting w JOIN "
            "(SELECT max(id) AS newest, count(*) AS pushes FROM push_waiting WHERE account = ?1 "
            "GROUP BY source) c ON w.id = c.newest ORDER BY 1",
            account)
        .all([](const Row& row) {
            Source found{{row.text(0), std::nullopt, row.time(2), row.count(3)}, row.number(4)};
            if (found.newest == 0) found.source.standing = static_cast<PushStanding>(row.number(1));
            return found;
        });
}

Result<void> SqlitePushes::add_token(AccountId account, const StoredToken& token, Time now) {
    const auto good = count_of(
        db_.query("SELECT count(*) FROM push_tokens WHERE account = ? AND expires > ?", account, now));
    if (!good) return std::unexpected(good.error());
    if (*good >= kMaxPushTokens)
        return fail(413, "You have " + std::to_string(kMaxPushTokens) + " tokens that are good, the most");
    return db_
        .query(
            "INSERT INTO push_tokens (account, hint, hash, publisher, uses, expires) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            account, hint_of(token.hash), token.hash, token.publisher, token.uses, token.expires)
        .run();
}

Result<std::optional<PushTokenId>> SqlitePushes::find_token(AccountId account, const armor::Digest& hash,
                                                            std::string_view publisher, Time now) {
    const auto found =
        db_.query(
               "SELECT id, hash, publisher FROM push_tokens WHERE account = ? AND hint = ? "
               "AND uses > 0 AND expires > ?",
               account, hint_of(hash), now)
            .all([](const Row& row) { return FoundToken{row.number(0), row.array<32>(1), row.text(2)}; });
    if (!found) return std::unexpected(found.error());
    return pick(*found, hash, publisher);
}

Result<void> SqlitePushes::use_token(PushTokenId token) {
    auto used = db_.query("UPDATE push_tokens SET uses = uses - 1 WHERE id = ?", token).run();
    if (used) used = db_.query("DELETE FROM push_tokens WHERE id = ? AND uses = 0", token).run();
    return used;
}

Result<void> SqlitePushes::wait(AccountId account, const WaitingPush& push) {
    auto added =
        db_.query("INSERT INTO push_waiting (account, source, message, came, until) VALUES (?, ?, ?, ?, ?)",
                  account, push.source, push.message, push.came, push.until)
            .run();
    if (!added) return added;
    auto kept =
        db_.query(
               "DELETE FROM push_waiting WHERE account = ?1 AND source = ?2 AND id <= (SELECT id FROM "
               "push_waiting WHERE account = ?1 AND source = ?2 ORDER BY id DESC LIMIT 1 OFFSET ?3)",
               account, push.source, std::int64_t{kMaxWaitingOfSource})
            .run();
    if (!kept) return kept;
    return db_
        .query(
            "DELETE FROM push_waiting WHERE account = ?1 AND id <= (SELECT id FROM push_waiting "
            "WHERE account = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
            account, std::int64_t{kMaxWaitingPushes})
        .run();
}

Result<std::vector<WaitingPush>> SqlitePushes::waiting(AccountId account, std::string_view source) {
    return db_
        .query(
            "SELECT message, source, came, until FROM push_waiting WHERE account = ? AND source = ? "
            "ORDER BY id",
            account, source)
        .all(
            [](const Row& row) { return WaitingPush{row.number(0), row.text(1), row.time(2), row.time(3)}; });
}

Result<void> SqlitePushes::end_waiting(AccountId account, std::string_view source) {
    return db_.query("DELETE FROM push_waiting WHERE account = ? AND source = ?", account, source).run();
}

Result<void> SqlitePushes::end_waiting(MessageId message) {
    return db_.query("DELETE FROM push_waiting WHERE message = ?", message).run();
}

Result<std::optional<RepeatedPush>> SqlitePushes::repeated(AccountId account, FolderId folder,
                                                           const armor::Digest& digest) {
    return db_.query(kRepeatedSql, account, digest, folder).one([](const Row& row) {
        return RepeatedPush{row.text(0), row.small(1)};
    });
}

Result<std::optional<PushNote>> SqlitePushes::note(AccountId account, MessageId message) {
    return db_
        .query("SELECT repeats, answer FROM push_notes WHERE message = ? AND account = ?", message, account)
        .one([](const Row& row) { return PushNote{row.small(0), row.text(1)}; });
}

Result<void> SqlitePushes::keep_note(AccountId account, MessageId message, const armor::Digest& digest,
                                     std::uint32_t repeats, Time expires) {
    return db_
        .query(
            "INSERT INTO push_notes (message, account, digest, repeats, expires) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT DO NOTHING",
            message, account, digest, repeats, expires)
        .run();
}

Result<void> SqlitePushes::note_answer(AccountId account, MessageId message, std::string_view answer) {
    return db_
        .query("UPDATE push_notes SET answer = ? WHERE message = ? AND account = ?", answer, message, account)
        .run_or_fail(404, "No such push");
}

Result<void> SqlitePushes::keep_sent(AccountId account, const SentPush& push) {
    return db_
        .query(
            "INSERT INTO push_sent (account, uuid, recipient, labels, expires) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT DO NOTHING",
            account, push.uuid, push.recipient, pack(push.labels), push.expires)
        .run_or_fail(452, "This ID was used for another push");
}

Result<bool> SqlitePushes::awaits_answer(AccountId account, std::string_view uuid, std::string_view recipient,
                                         std::string_view label, Time now) {
    const auto packed =
        db_.query(
               "SELECT labels FROM push_sent WHERE account = ? AND uuid = ? AND recipient = ? "
               "AND expires > ?",
               account, uuid, recipient, now)
            .one([](const Row& row) { return row.text(0); });
    if (!packed) return std::unexpected(packed.error());
    const std::vector<std::string> labels = unpack(packed->value_or(""));
    return std::ranges::find(labels, label) != labels.end();
}

Result<void> SqlitePushes::end_sent(AccountId account, std::string_view uuid) {
    return db_.query("DELETE FROM push_sent WHERE account = ? AND uuid = ?", account, uuid).run();
}

Result<std::vector<OutboxId>> SqlitePushes::expired_rows(Time now, std::uint32_t most) {
    return db_
        .query(
            "SELECT o.id FROM push_rows p JOIN outbox o ON o.id = p.outbox WHERE p.expires <= ?1 "
            "AND o.bundle = '' AND o.lease_end <= ?1 ORDER BY p.expires LIMIT ?2",
            now, most)
        .all([](const Row& row) { return row.number(0); });
}

/// Out of /PUSH; wherever else its owner laid it, it stays. One that a lease has taken waits for its return.
Result<std::uint64_t> SqlitePushes::take_out_expired(Time now) {
    struct Expired {
        std::int64_t message;
        std::int64_t account;
    };
    const auto expired =
        db_.query(
               "SELECT message, account FROM push_notes n WHERE expires <= ? AND NOT EXISTS "
               "(SELECT 1 FROM leases l WHERE l.message = n.message AND l.account = n.account) LIMIT ?",
               now, kExpiredRows)
            .all([](const Row& row) { return Expired{row.number(0), row.number(1)}; });
    if (!expired) return std::unexpected(expired.error());
    const std::string key = folder_key(kPushFolder);
    for (const auto& [message, account] : *expired) {
        auto done = db_.query("UPDATE push_notes SET expires = NULL WHERE message = ? AND account = ?",
                              message, account)
                        .run();
        if (done)
            done = db_.query(
                          "DELETE FROM refs WHERE message = ?1 AND account = ?2 AND folder = "
                          "(SELECT id FROM folders WHERE account = ?2 AND path_key = ?3)",
                          message, account, key)
                       .run();
        if (!done) return std::unexpected(std::move(done.error()));
    }
    return expired->size();
}

Result<std::uint64_t> SqlitePushes::forget_expired(Time now) {
    auto sum = take_out_expired(now);
    if (!sum) return sum;
    for (const char* sql :
         {"DELETE FROM push_waiting WHERE id IN (SELECT id FROM push_waiting WHERE until <= ? LIMIT ?)",
          "DELETE FROM push_tokens WHERE id IN (SELECT id FROM push_tokens WHERE expires <= ? LIMIT ?)",
          "DELETE FROM push_sent WHERE (account, uuid) IN "
          "(SELECT account, uuid FROM push_sent WHERE expires <= ? LIMIT ?)"}) {
        const auto gone = db_.query(sql, now, kExpiredRows).changes();
        if (!gone) return gone;
        *sum += *gone;
    }
    return sum;
}

}  // namespace immp::bridge
