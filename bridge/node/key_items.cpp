#include "bridge/node/key_items.hpp"

#include <algorithm>

#include "bridge/node/outcome.hpp"
#include "bridge/node/own_item.hpp"
#include "bridge/session/request.hpp"
#include "bridge/wire/codes.hpp"

namespace immp::bridge {
namespace {

/// Answers go to a name that no user has (decisions, 7): no mailbox sees them.
constexpr std::string_view kAsker = "mailer-daemon@";

/// It comes from the domain, so that nobody learns whose question it is, and no account gets a bounce.
Result<void> queue_item(Transaction& transaction, const NodeServices& services, const Imid& recipient,
                        std::string subject, std::vector<OwnPart> parts) {
    return queue_own_item(transaction, drop_context(services),
                          {Kind::key, services.domain, recipient, std::move(subject), std::move(parts), {}});
}

/// One empty part says that there is no key.
std::vector<OwnPart> answer_parts(std::vector<std::string> records) {
    if (records.empty()) records.emplace_back();
    std::vector<OwnPart> parts;
    for (std::string& record : records)
        parts.push_back({"record-" + std::to_string(parts.size() + 1), kKeyType, std::move(record)});
    return parts;
}

bool is_request(const Message& message) {
    return message.parts.size() == 1 && message.parts.front().type == kKeyRequestType &&
           message.parts.front().length == 0;
}

/// The records of an answer; 452 where it is none.
Result<std::vector<std::string>> read_answer(Transaction& transaction, const IncomingMail& mail,
                                             const std::string& user) {
    const std::vector<Part>& parts = mail.inner.message.parts;
    if (parts.size() == 1 && parts.front().length == 0) return std::vector<std::string>{};
    std::vector<std::string> records;
    for (const StagedBody& body : mail.bodies) {
        if (body.length > armor::kMaxRecordBytes) return fail(452, "not a record of this user");
        auto text = body.text(transaction);
        if (!text) return std::unexpected(std::move(text.error()));
        const auto record = armor::Record::parse(as_bytes(*text));
        if (!record || record->claims().owner != armor::Owner::kUser || record->claims().name != user ||
            !record->vouch())
            return fail(452, "not a record of this user");
        records.push_back(*std::move(text));
    }
    return records;
}

/// One item on its way into the store.
class Filing {
  public:
    Filing(Transaction& transaction, const NodeServices& services, const HeldKeys& keys,
           const std::string& origin, const IncomingMail& mail, KeyNews& news)
        : transaction_(transaction),
          services_(services),
          keys_(keys),
          origin_(origin),
          mail_(mail),
          envelope_(mail.inner.message.envelope),
          news_(news) {}

    /// A request to a user, or an answer to the asker.
    Result<int> judge(const std::string& recipient) {
        const auto imid = parse_imid(recipient);
        if (!imid || imid->local.empty() || imid->account() != recipient || imid->domain != services_.domain)
            return 451;
        const Message& message = mail_.inner.message;
        if (is_request(message)) return take_request(*imid);
        const auto is_record = [](const Part& part) { return part.type == kKeyType; };
        const bool is_answer = recipient == std::string(kAsker) + services_.domain &&
                               std::ranges::all_of(message.parts, is_record);
        return is_answer ? take_answer() : Result<int>(452);
    }

  private:
    Result<int> take_request(const Imid& user) {
        auto records = vouched_records(transaction_, keys_, user.account());
        if (!records) return std::unexpected(std::move(records.error()));
        auto asker = parse_imid(std::string(kAsker) + origin_);
        if (!asker) return 452;
        auto done =
            queue_item(transaction_, services_, *asker, user.account(), answer_parts(std::move(*records)));
        if (!done) return std::unexpected(std::move(done.error()));
        news_.has_answered = true;
        return 200;
    }

    Result<int> take_answer() {
        const std::string& name = envelope_.subject;
        const auto user = parse_imid(name);
        if (!user || user->account() != name || user->local.empty() || user->domain != origin_) return 452;
        auto asked = transaction_.user_keys().peer(name);
        if (!asked) return std::unexpected(std::move(asked.error()));
        if (!*asked) return 452;
        const auto records = read_answer(transaction_, mail_, name);
        if (!records && records.error().code >= 700) return std::unexpected(records.error());
        if (!records) return records.error().code;
        auto noted = transaction_.user_keys().note_told(name, *records, services_.now());
        if (!noted) return std::unexpected(std::move(noted.error()));
        news_.told.push_back(name);
        return 200;
    }

    Transaction& transaction_;
    const NodeServices& services_;
    const HeldKeys& keys_;
    const std::string& origin_;
    const IncomingMail& mail_;
    const Envelope& envelope_;
    KeyNews& news_;
};

}  // namespace

Result<void> queue_key_request(Transaction& transaction, const NodeServices& services, const Imid& user) {
    return queue_item(transaction, services, user, "", {{"request", kKeyRequestType, ""}});
}

Result<Filed> file_key_item(Transaction& transaction, const NodeServices& services, const HeldKeys& keys,
                            KeyRation& ration, const std::string& origin, const IncomingMail& mail,
                            KeyNews& news) {
    const int refusal = mail.refusal != 0 || mail.inner.message.envelope.from == origin ? mail.refusal : 452;
    Filing filing(transaction, services, keys, origin, mail, news);
    return file_once(transaction, services, origin, mail, refusal,
                     [&](const std::string& recipient) -> Result<Taken> {
                         if (auto taken = ration.take(origin, services.now()); !taken)
                             return Taken{taken.error().code, taken.error().retry};
                         const auto code = filing.judge(recipient);
                         if (!code) return std::unexpected(code.error());
                         return Taken{*code};
                     });
}

Result<std::vector<std::string>> vouched_records(Transaction& transaction, const HeldKeys& keys,
                                                 const std::string& account) {
    auto found = transaction.accounts().find(account);
    if (!found) return std::unexpected(std::move(found.error()));
    // No account has the id 0: who is none looks like who has no key.
    auto records = transaction.user_keys().records(found->value_or(0));
    if (!records) return std::unexpected(std::move(records.error()));
    for (std::string& text : *records) {
        auto record = armor::Record::parse(as_bytes(text));
        if (record) record = record->vouched(keys.record.fingerprint(), keys.signing);
        if (!record) return fail(702, "Storage failed", "a user's record is damaged: " + record.error().text);
        text = record->text();
    }
    return records;
}

}  // namespace immp::bridge
