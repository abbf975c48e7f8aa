#include "bridge/session/delivery.hpp"

#include <algorithm>

#include "armor/names.hpp"
#include "bridge/session/handlers.hpp"

namespace immp::bridge {
namespace {

// Adds the named ones to `to`, each once.
Result<std::vector<Imid>> with_recipients(std::vector<Imid> to, const Token& list, std::size_t most) {
    for (const Token::Item& item : list.items) {
        auto imid = read_recipient(item.text);
        if (!imid) return std::unexpected(imid.error());
        if (std::ranges::find(to, *imid) == to.end()) to.push_back(*std::move(imid));
        if (to.size() > most)
            return std::unexpected(refusal(413, "At most " + std::to_string(most) + " recipients"));
    }
    return to;
}

Importance importance_of(const Arguments& given) {
    if (given.has("+IMPORTANT")) return Importance::high;
    return given.has("-IMPORTANT") ? Importance::low : Importance::normal;
}

Result<Submit> read_delivery(const SessionCore& core, const Arguments& given) {
    Submit submit;
    submit.account = core.account;
    auto to = with_recipients({}, given.positional.front(), core.services().limits.recipients);
    if (!to) return std::unexpected(to.error());
    submit.recipients = *std::move(to);
    if (const auto from = given.value("FROM")) {
        const auto imid = read_recipient(std::string(*from));
        if (!imid) return std::unexpected(imid.error());
        submit.from = imid->text();
    }
    submit.id = given.value("ID").value_or("");
    if (given.value("ID") && !armor::is_uuid(submit.id))
        return std::unexpected(refusal(400, "ID is a UUID in lower case"));
    const auto expires = read_expires(given);
    if (!expires) return std::unexpected(expires.error());
    submit.expires = *expires;
    submit.subject = given.value("SUBJECT").value_or("");
    submit.importance = importance_of(given);
    submit.secure = given.has("+SECURE");
    submit.anonymous = given.has("+ANONYMOUS");
    return submit;
}

std::string outcome_line(const RecipientOutcome& outcome) {
    std::string line = as_token(outcome.recipient) + " " + std::to_string(outcome.code) + " ";
    if (outcome.code >= 400) return line + refusal_text({outcome.code, outcome.text, {}, outcome.retry});
    return line + (outcome.text.empty() ? std::string(code_spec(outcome.code).text) : outcome.text);
}

// 274 for each recipient, then what became of the message as a whole.
void reply_submitted(SessionCore& core, Slot& slot, const Submitted& submitted) {
    for (const RecipientOutcome& outcome : submitted.outcomes)
        core.reply_more(slot, 274, outcome_line(outcome));
    for (const int good : {273, 275})
        if (std::ranges::count(submitted.outcomes, good, &RecipientOutcome::code) > 0)
            return core.reply(slot, good,
                              submitted.id + " " + std::string(code_spec(good).text) +
                                  (submitted.copy_kept ? "" : " copy=none"));
    if (submitted.outcomes.empty()) return core.refuse(slot, refusal(700));
    const RecipientOutcome& first = submitted.outcomes.front();
    core.refuse(slot, {first.code, first.text, {}, first.retry});
}

std::optional<Error> incomplete_mail(const Delivery& delivery) {
    const auto contents =
        std::ranges::count(delivery.submit.parts, PartClass::content, &SubmittedPart::part_class);
    if (contents != 1) return refusal(400, "Exactly one part is +CONTENT");
    return std::nullopt;
}

void submit_mail(SessionCore& core, const SlotPtr& slot, const Delivery& delivery) {
    core.ask<Submitted>(slot, delivery.submit,
                        [](SessionCore& c, const SlotPtr& s, const Submitted& submitted) {
                            reply_submitted(c, *s, submitted);
                        });
}

// How what was opened for some purpose ends.
struct Ending {
    DeliveryPurpose purpose;
    /// Why it may not go yet; it stays open then.
    std::optional<Error> (*incomplete)(const Delivery& delivery);
    void (*finish)(SessionCore& core, const SlotPtr& slot, const Delivery& delivery);
};
constexpr Ending kEndings[] = {
    {DeliveryPurpose::mail, incomplete_mail, submit_mail},
    {DeliveryPurpose::key, incomplete_key, publish_key},
    {DeliveryPurpose::bundle, incomplete_bundle, take_bundle},
    {DeliveryPurpose::push, incomplete_push, send_push},
    {DeliveryPurpose::item, incomplete_item, publish_item},
};

}  // namespace

Result<Imid> read_recipient(const std::string& text) {
    auto imid = parse_imid(text);
    if (imid && (imid->local.empty() || !imid->folder.empty()))
        return std::unexpected(refusal(400, "A recipient is local[+folder]@domain"));
    return imid;
}

Result<std::optional<std::chrono::seconds>> read_expires(const Arguments& given) {
    // What is added to a time stays one.
    constexpr std::uint64_t kMaxSeconds = 10ull * 366 * 86'400;
    const auto expires = given.value("EXPIRES");
    if (!expires) return std::nullopt;
    const auto seconds = parse_number(*expires);
    if (!seconds || *seconds == 0 || *seconds > kMaxSeconds)
        return std::unexpected(refusal(400, "EXPIRES is a number of seconds"));
    return std::chrono::seconds(*seconds);
}

void deliver_to(SessionCore& core, const SlotPtr& slot, const Command& command) {
    Lane& lane = core.lane(command.pipeline);
    if (lane.delivery) return core.refuse(*slot, refusal(405, "A delivery is open: DONE or ABORT first"));
    if (core.state == SessionState::remote) return deliver_bundle(core, slot, command);
    auto submit = read_delivery(core, command.arguments);
    if (!submit) return core.refuse(*slot, submit.error());
    lane.delivery = std::make_shared<Delivery>();
    lane.delivery->submit = *std::move(submit);
    lane.delivery->submit.delivery = ++core.last_delivery;
    core.reply(*slot, 270, code_spec(270).text);
}

void deliver_add(SessionCore& core, const SlotPtr& slot, const Command& command) {
    Lane& lane = core.lane(command.pipeline);
    if (!lane.delivery || lane.delivery->purpose != DeliveryPurpose::mail)
        return core.refuse(*slot, refusal(405, "No delivery is open"));
    auto to = with_recipients(lane.delivery->submit.recipients, command.arguments.positional.front(),
                              core.services().limits.recipients);
    if (!to) return core.refuse(*slot, to.error());
    lane.delivery->submit.recipients = *std::move(to);
    core.reply(*slot, 270, code_spec(270).text);
}

void done(SessionCore& core, const SlotPtr& slot, const Command& command) {
    Lane& lane = core.lane(command.pipeline);
    if (!lane.delivery) return core.refuse(*slot, refusal(405, "No delivery is open"));
    if (!lane.delivery->refused.empty())
        return core.refuse(*slot, refusal(400, "A part was refused: send it again, or ABORT"));
    const auto ending = std::ranges::find(kEndings, lane.delivery->purpose, &Ending::purpose);
    if (const auto error = ending->incomplete(*lane.delivery)) return core.refuse(*slot, *error);
    const DeliveryPtr delivery = std::exchange(lane.delivery, nullptr);
    delivery->ended = true;
    ending->finish(core, slot, *delivery);
}

void abort_delivery(SessionCore& core, const SlotPtr& slot, const Command& command) {
    Lane& lane = core.lane(command.pipeline);
    if (!lane.delivery) return core.refuse(*slot, refusal(405, "No delivery is open"));
    core.drop(*std::exchange(lane.delivery, nullptr));
    core.reply(*slot, 276, code_spec(276).text);
}

}  // namespace immp::bridge
