#include "bridge/node/key_directory.hpp"

#include "armor/hex.hpp"
#include "armor/key_chain.hpp"
#include "bridge/node/place.hpp"

namespace immp::bridge {
namespace {

constexpr std::chrono::seconds kAskKeysAgain{30};

/// 412 where one of them is no record: they came through checks, so the store is damaged or a peer lies.
Result<KeyRecords> told_as(const std::string& name, std::vector<std::string> texts, bool history) {
    if (!history && texts.size() > 1) texts.erase(texts.begin(), texts.end() - 1);
    KeyRecords found{name, {}};
    for (std::string& text : texts) {
        auto record = armor::Record::parse(as_bytes(text));
        if (!record)
            return fail_for_now(412, "A key record is not valid", kAskKeysAgain, record.error().text);
        found.records.push_back({armor::encode_hex(record->fingerprint()), std::move(text)});
    }
    return found;
}

Result<armor::Record> read_published(const std::string& account, const std::string& text, Time now) {
    auto record = armor::Record::parse(as_bytes(text));
    if (!record) return record;
    const armor::RecordClaims& claims = record->claims();
    if (claims.owner != armor::Owner::kUser) return fail(400, "A user's record has imid, not domain");
    if (claims.name != account) return fail(403, "Not your address");
    if (record->vouch()) return fail(400, "The domain's word is added here");
    if (auto in_force = armor::in_force(*record, now); !in_force)
        return std::unexpected(std::move(in_force.error()));
    return record;
}

/// 409 where the record is there, or another under its serial; 702 where what is there is no record.
Result<void> check_new(const std::vector<std::string>& texts, const armor::Record& record) {
    for (const std::string& text : texts) {
        const auto stored = armor::Record::parse(as_bytes(text));
        if (!stored) return fail(702, "Storage failed", "a user's record is damaged");
        if (stored->fingerprint() == record.fingerprint()) return fail(409, "It is published already");
        if (stored->claims().serial == record.claims().serial)
            return fail(409, "Another record has this serial");
    }
    return {};
}

/// A record under the key of the one before takes its place: the chain holds without it.
Result<void> store_published(Transaction& transaction, AccountId account, const armor::Record& record,
                             Time now) {
    UserKeys& users = transaction.user_keys();
    auto texts = users.records(account);
    if (!texts) return std::unexpected(std::move(texts.error()));
    if (!texts->empty()) {
        auto last = armor::Record::parse(as_bytes(texts->back()));
        if (!last) return fail(702, "Storage failed", "a user's record is damaged");
        // Serials rise: a higher one is none of those that are there.
        if (record.claims().serial <= last->claims().serial)
            if (auto checked = check_new(*texts, record); !checked) return checked;
        if (auto follows = armor::follows(*last, record); !follows) return follows;
        const bool has_new_key = last->claims().sign != record.claims().sign;
        if (has_new_key && texts->size() >= armor::kMaxHistoryRecords)
            return fail(413, "Too many changes of key");
        if (!has_new_key) {
            if (auto dropped = users.drop(account, last->claims().serial); !dropped) return dropped;
        }
    }
    return users.add(account, record.claims().serial, record.text(), now);
}

/// What is known of a user elsewhere.
struct KnownKeys {
    bool is_fresh = false;
    bool is_queued = false;  ///< by this look
    std::vector<std::string> records;
};

Result<KnownKeys> look_for(Transaction& transaction, const NodeServices& services, const Imid& user) {
    const Time now = services.now();
    auto known = transaction.user_keys().peer(user.account());
    if (!known) return std::unexpected(std::move(known.error()));
    if (*known && (*known)->told && now - *(*known)->told < kPeerUserFresh)
        return KnownKeys{true, false, std::move((*known)->records)};
    if (*known && now - (*known)->asked < kPeerUserAsked) return KnownKeys{};
    auto done = transaction.user_keys().note_asked(user.account(), now);
    if (done) done = queue_key_request(transaction, services, user);
    if (!done) return std::unexpected(std::move(done.error()));
    return KnownKeys{false, true, {}};
}

}  // namespace

KeyDirectory::KeyDirectory(const NodeServices& services, Trust& trust, KeyRation& ration,
                           std::function<HeldKeysPtr()> keys, Queued queued)
    : services_(services),
      trust_(trust),
      ration_(ration),
      keys_(std::move(keys)),
      queued_(std::move(queued)) {}

void KeyDirectory::find(FindKeys request, Callback<KeyRecords> done) {
    const bool is_user = !request.owner.local.empty();
    if (is_user) {
        if (auto taken = ration_.take(request.origin, services_.now()); !taken)
            return done(std::unexpected(std::move(taken.error())));
    }
    if (request.owner.domain == services_.domain) return find_own(std::move(request), std::move(done));
    if (!is_user) return find_domain(request.owner.domain, request.history, std::move(done));
    find_peer_user(std::move(request), std::move(done));
}

void KeyDirectory::find_own(FindKeys request, Callback<KeyRecords> done) {
    const HeldKeysPtr keys = keys_();
    if (request.owner.local.empty()) return done(told_as(services_.domain, keys->history, request.history));
    const std::string account = request.owner.account();
    services_.store.read<std::vector<std::string>>(
        [keys, account](Transaction& transaction) { return vouched_records(transaction, *keys, account); },
        [this, keys, account, history = request.history,
         done = std::move(done)](Result<std::vector<std::string>> records) mutable {
            if (!records) return done(std::unexpected(std::move(records.error())));
            if (records->empty()) return done(told_as(services_.domain, keys->history, history));
            done(told_as(account, std::move(*records), history));
        });
}

void KeyDirectory::find_domain(const std::string& domain, bool history, Callback<KeyRecords> done) {
    trust_.records_for(
        domain, history ? PeerLink::History::whole : PeerLink::History::last,
        [domain, history, done = std::move(done)](Result<std::vector<std::string>> texts) mutable {
            if (!texts) return done(std::unexpected(std::move(texts.error())));
            done(told_as(domain, std::move(*texts), history));
        });
}

void KeyDirectory::find_peer_user(FindKeys request, Callback<KeyRecords> done) {
    services_.store.write<KnownKeys>(
        [&services = services_, user = request.owner](Transaction& transaction) {
            return look_for(transaction, services, user);
        },
        [this, request, done = std::move(done)](Result<KnownKeys> known) mutable {
            if (!known) return done(std::unexpected(std::move(known.error())));
            if (known->is_fresh)
                return give_peer_user(std::move(request), std::move(known->records), std::move(done));
            if (known->is_queued) queued_({request.owner.domain});
            wait(std::move(request), std::move(done));
        });
}

/// Believed for his domain's word, under a record that we believe of it.
void KeyDirectory::give_peer_user(FindKeys request, std::vector<std::string> records,
                                  Callback<KeyRecords> done) {
    if (records.empty()) return find_domain(request.owner.domain, request.history, std::move(done));
    auto found = told_as(request.owner.account(), std::move(records), request.history);
    if (!found) return done(std::move(found));
    auto last = armor::Record::parse(as_bytes(found->records.back().record));
    const armor::Digest domain_key = last->vouch()->domain_fp;
    trust_.record_named(request.owner.domain, domain_key,
                        [found = std::move(*found), last = std::move(*last),
                         done = std::move(done)](Result<armor::Record> domain) mutable {
                            if (!domain) return done(std::unexpected(std::move(domain.error())));
                            if (auto vouched = armor::vouched_by(last, *domain); !vouched)
                                return done(std::unexpected(std::move(vouched.error())));
                            done(std::move(found));
                        });
}

/// Told or late: who is told looks again.
void KeyDirectory::wait(FindKeys request, Callback<KeyRecords> done) {
    const std::string user = request.owner.account();
    auto waiting = std::make_shared<Callback<KeyRecords>>(std::move(done));
    auto begun = waits_.wait(user, [this, request = std::move(request), waiting](Woken woken) mutable {
        if (woken == Woken::told) return find_peer_user(std::move(request), std::move(*waiting));
        (*waiting)(
            fail_for_now(720, request.owner.domain + " has not answered yet; the request is kept, ask again",
                         kAskKeysAgain));
    });
    if (!begun) (*waiting)(std::unexpected(std::move(begun.error())));
}

void KeyDirectory::told(const std::vector<std::string>& users) {
    for (const std::string& user : users)
        waits_.told(user);
}

void KeyDirectory::publish(const std::string& account, const std::string& text, Callback<PublishedKey> done) {
    auto read = read_published(account, text, services_.now());
    if (!read) return done(std::unexpected(std::move(read.error())));
    auto record = std::make_shared<const armor::Record>(std::move(*read));
    services_.store.write<Done>(
        [account, record, now = services_.now()](Transaction& transaction) -> Result<Done> {
            auto found = session_account(transaction, account);
            if (!found) return std::unexpected(std::move(found.error()));
            auto stored = store_published(transaction, *found, *record, now);
            if (!stored) return std::unexpected(std::move(stored.error()));
            return Done{};
        },
        [record, done = std::move(done)](Result<Done> stored) mutable {
            if (!stored) return done(std::unexpected(std::move(stored.error())));
            done(PublishedKey{armor::encode_hex(record->fingerprint())});
        });
}

}  // namespace immp::bridge
