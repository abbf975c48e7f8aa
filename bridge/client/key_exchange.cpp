#include "bridge/client/key_exchange.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "armor/base64.hpp"
#include "armor/hex.hpp"
#include "armor/key_chain.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/question.hpp"
#include "bridge/wire/reply.hpp"

namespace immp::bridge::client {

namespace {

constexpr std::string_view kFingerprint = "fingerprint ";

std::unexpected<Failure> not_a_key(std::string_view why) {
    return failed(ExitStatus::protocol,
                  "the server's answer about a key is none (" + one_line(why) + "); update client or server");
}

/// The base64 texts of the records in a 222 reply.
Outcome<std::vector<std::string>> read_history(Conversation& conversation) {
    std::vector<std::string> texts;
    while (true) {
        const auto reply = conversation.expect(222);
        if (!reply) return std::unexpected(reply.error());
        if (!reply->more) return texts;
        if (reply->text.starts_with(kFingerprint))
            texts.emplace_back();
        else if (!texts.empty())
            texts.back() += reply->text;
        if (texts.size() > armor::kMaxHistoryRecords ||
            (!texts.empty() && texts.back().size() > armor::base64_bytes(armor::kMaxRecordBytes)))
            return not_a_key("it has no end");
    }
}

/// What stands before a step that does not hold is no history of what stands behind it.
std::vector<armor::Record> sound_end(std::vector<armor::Record> records) {
    for (std::size_t at = records.size(); at > 1; --at)
        if (!armor::follows(records[at - 2], records[at - 1])) {
            records.erase(records.begin(), records.begin() + static_cast<std::ptrdiff_t>(at - 1));
            break;
        }
    return records;
}

Outcome<std::vector<armor::Record>> read_records(const std::vector<std::string>& texts,
                                                 const std::string& owner) {
    std::vector<armor::Record> records;
    for (const std::string& text : texts) {
        const auto octets = armor::decode_base64(text);
        if (!octets) return not_a_key("no base64");
        auto record = armor::Record::parse(*octets);
        if (!record) return not_a_key(record.error().text);
        if (record->claims().owner != armor::Owner::kUser || record->claims().name != owner)
            return not_a_key("it is another's");
        records.push_back(std::move(*record));
    }
    if (records.empty() || !records.back().vouch()) return not_a_key("his domain does not vouch for it");
    return sound_end(std::move(records));
}

/// Whose key the 220 line announces: `Public key for <name> (fingerprint <hex>)`.
std::string announced(const Reply& reply) {
    constexpr std::string_view kBefore = "Public key for ";
    const auto end = reply.text.find(" (");
    if (!reply.text.starts_with(kBefore) || end == std::string::npos) return {};
    return reply.text.substr(kBefore.size(), end - kBefore.size());
}

}  // namespace

Outcome<std::vector<armor::Record>> request_key(Conversation& conversation, const std::string& owner) {
    if (auto sent = conversation.send("KEY REQUEST " + as_token(owner) + " +HISTORY"); !sent)
        return std::unexpected(sent.error());
    const auto header = conversation.expect(220);
    if (!header) return std::unexpected(header.error());
    const auto texts = read_history(conversation);
    if (!texts) return std::unexpected(texts.error());
    const std::string name = announced(*header);
    if (name == owner) return read_records(*texts, owner);
    // A domain's key is never used to seal content to a user (decisions, 4).
    if (name == owner.substr(owner.find('@') + 1)) return std::vector<armor::Record>();
    return not_a_key("it is another's");
}

Outcome<KeyFinding> find_key(Conversation& conversation, Pins& pins, const std::string& account,
                             const std::string& owner) {
    auto pin = pins.find(account, owner);
    if (!pin) return std::unexpected(pin.error());
    auto records = request_key(conversation, owner);
    if (!records) return std::unexpected(records.error());
    auto finding = judge_key(account, owner, std::move(*pin), std::move(*records));
    if (finding.state == KeyState::first || finding.state == KeyState::renewed)
        if (auto saved = pins.save(*finding.pin); !saved) return std::unexpected(saved.error());
    return finding;
}

Outcome<void> publish_key(Conversation& conversation, const armor::Record& record) {
    const std::string text = record.text();
    if (auto sent = conversation.send("KEY PUBLISH"); !sent) return sent;
    if (auto ready = conversation.expect(270); !ready) return std::unexpected(ready.error());
    if (auto sent =
            conversation.send("DATA key TYPE application/immp-key LENGTH " + std::to_string(text.size()));
        !sent)
        return sent;
    if (auto ready = conversation.expect(271); !ready) return std::unexpected(ready.error());
    if (auto sent = conversation.send_octets(text + "\n"); !sent) return sent;
    if (auto saved = conversation.expect(272); !saved) return std::unexpected(saved.error());
    if (auto sent = conversation.send("DONE"); !sent) return sent;
    const auto done = conversation.expect(201);
    if (!done && done.error().code == 409) {
        // This record, or another one under its serial: only in the first case it is with the server.
        const auto there = request_key(conversation, record.claims().name);
        if (!there) return std::unexpected(there.error());
        if (std::ranges::find(*there, record.fingerprint(), &armor::Record::fingerprint) != there->end())
            return {};
    }
    if (!done) return std::unexpected(done.error());
    if (done->field("fingerprint") != armor::encode_hex(record.fingerprint()))
        return not_a_key("it stored another");
    return {};
}

std::string changed_text(const KeyFinding& finding) {
    const std::string owner = one_line(finding.pin->owner);
    return "the key of " + owner + " changed: it was " +
           fingerprint_groups(finding.pin->record().fingerprint()) + ", now it is " +
           fingerprint_groups(finding.offered->fingerprint()) + "; compare it with " + owner +
           " by another way, then: immp key accept " + owner + " FINGERPRINT";
}

std::string withdrawn_text(const KeyFinding& finding) {
    const std::string owner = one_line(finding.pin->owner);
    return "the key of " + owner + " is known (" + fingerprint_groups(finding.pin->record().fingerprint()) +
           "), but the server says that there is none; ask " + owner + " by another way";
}

}  // namespace immp::bridge::client
