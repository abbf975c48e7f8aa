// KEY REQUEST, KEY PUBLISH (decisions, 4).
#include <algorithm>

#include "armor/base64.hpp"
#include "armor/bytes.hpp"
#include "bridge/session/handlers.hpp"

namespace immp::bridge {
namespace {

constexpr std::size_t kLineBytes = 76;

void reply_lines(SessionCore& core, Slot& slot, int code, std::string_view record) {
    const std::string text = armor::encode_base64(as_bytes(record));
    for (std::size_t at = 0; at < text.size(); at += kLineBytes)
        core.reply_more(slot, code, std::string_view(text).substr(at, kLineBytes));
}

void reply_records(SessionCore& core, Slot& slot, const KeyRecords& found, bool with_history) {
    const KeyText& last = found.records.back();
    core.progress(slot, 220, "Public key for " + found.name + " (fingerprint " + last.fingerprint + ")");
    if (!with_history) {
        reply_lines(core, slot, 221, last.record);
        return core.reply(slot, 221, "");
    }
    for (const KeyText& record : found.records) {
        core.reply_more(slot, 222, "fingerprint " + record.fingerprint);
        reply_lines(core, slot, 222, record.record);
    }
    core.reply(slot, 222, "n=" + std::to_string(found.records.size()));
}

}  // namespace

void key_request(SessionCore& core, const SlotPtr& slot, const Command& command) {
    const auto imid = parse_imid(command.arguments.text(0));
    if (!imid) return core.refuse(*slot, imid.error());
    const bool is_plain =
        imid->local.empty() ? imid->text() == imid->domain : imid->text() == imid->account();
    if (!is_plain) return core.refuse(*slot, refusal(400, "A key is a domain's, or an account's"));
    // To another domain's server we speak for ourselves, and for domains whose bundles we pass on to it.
    const auto& passes_on = core.services().passes_on;
    const bool is_relayed = imid->local.empty() && passes_on && passes_on(core.account, imid->domain);
    if (core.state == SessionState::remote && imid->domain != core.domain() && !is_relayed)
        return core.refuse(*slot, refusal(450));
    const bool with_history = command.arguments.has("+HISTORY");
    core.ask<KeyRecords>(slot, FindKeys{core.account, *imid, with_history},
                         [with_history](SessionCore& c, const SlotPtr& s, const KeyRecords& found) {
                             if (found.records.empty()) return c.refuse(*s, refusal(700));
                             reply_records(c, *s, found, with_history);
                         });
}

void key_publish(SessionCore& core, const SlotPtr& slot, const Command& command) {
    Lane& lane = core.lane(command.pipeline);
    if (lane.delivery) return core.refuse(*slot, refusal(405, "A delivery is open: DONE or ABORT first"));
    lane.delivery = std::make_shared<Delivery>();
    lane.delivery->purpose = DeliveryPurpose::key;
    lane.delivery->submit.account = core.account;
    lane.delivery->submit.delivery = ++core.last_delivery;
    core.reply(*slot, 270, code_spec(270).text);
}

std::optional<Error> incomplete_key(const Delivery& delivery) {
    const auto& parts = delivery.submit.parts;
    if (parts.size() == 1 && parts.front().type == kKeyType) return std::nullopt;
    return refusal(400, "A key is one part of type " + std::string(kKeyType));
}

void publish_key(SessionCore& core, const SlotPtr& slot, const Delivery& delivery) {
    core.ask<PublishedKey>(
        slot, PublishKey{delivery.submit.delivery, core.account, delivery.submit.parts.front().number},
        [](SessionCore& c, const SlotPtr& s, const PublishedKey& published) {
            c.reply(*s, 201, "Created fingerprint=" + published.fingerprint);
        });
}

}  // namespace immp::bridge
