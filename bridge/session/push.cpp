// The PUSH verbs (docs/protocol.md, 18).
#include <algorithm>

#include "armor/names.hpp"
#include "armor/time_text.hpp"
#include "bridge/mail/metadata.hpp"
#include "bridge/mail/push_action.hpp"
#include "bridge/mail/push_token.hpp"
#include "bridge/session/handlers.hpp"
#include "bridge/wire/node_name.hpp"

namespace immp::bridge {
namespace {

PushEntry entry_of(SessionState state) {
    if (state == SessionState::local) return PushEntry::account;
    return state == SessionState::remote ? PushEntry::domain : PushEntry::stranger;
}

/// A number of TTL, USES; `unset` where it is not there.
Result<std::uint64_t> read_number(const Arguments& given, std::string_view name, std::uint64_t unset,
                                  std::uint64_t most) {
    const auto text = given.value(name);
    const auto number = text ? parse_number(*text) : std::optional(unset);
    if (!number || *number == 0 || *number > most)
        return std::unexpected(
            refusal(400, std::string(name) + " is a number from 1 to " + std::to_string(most)));
    return *number;
}

Result<std::chrono::seconds> read_ttl(const Arguments& given) {
    const auto most = static_cast<std::uint64_t>(kMaxPushTime.count());
    auto seconds = read_number(given, "TTL", static_cast<std::uint64_t>(kPushTime.count()), most);
    if (!seconds) return std::unexpected(std::move(seconds.error()));
    return std::chrono::seconds(*seconds);
}

Result<std::vector<PushAction>> read_actions(const Arguments& given) {
    std::vector<PushAction> actions;
    for (const Arguments::Named& named : given.named) {
        if (named.name != "ACTION") continue;
        actions.push_back({named.values.at(0), named.values.at(1)});
    }
    if (auto done = check_actions(actions); !done) return std::unexpected(std::move(done.error()));
    return actions;
}

Result<std::string> read_token(const Arguments& given) {
    std::string token(given.value("TOKEN").value_or(""));
    if (given.value("TOKEN") && !is_push_token(token))
        return std::unexpected(refusal(400, "A token is " + std::to_string(kPushTokenChars) +
                                                " letters, digits, - and _, as PUSH MINT gave it"));
    return token;
}

/// What this session may push, and to whom, as far as its state tells. 401, 450, 452.
Result<void> check_entry(const SessionCore& core, const PushMessage& push, const Imid& publisher) {
    if (push.entry == PushEntry::stranger && push.token.empty())
        return std::unexpected(refusal(401, "Log in, or name a TOKEN of the recipient's"));
    if (push.entry != PushEntry::account && push.recipient.domain != core.domain())
        return std::unexpected(refusal(450));
    if (push.entry == PushEntry::domain && publisher.domain != push.who)
        return std::unexpected(refusal(452, "The publisher is not of " + push.who));
    return {};
}

Result<PushMessage> read_push(const SessionCore& core, const Arguments& given) {
    PushMessage push;
    push.entry = entry_of(core.state);
    if (push.entry != PushEntry::stranger) push.who = core.account;
    auto recipient = read_recipient(given.text(0));
    if (!recipient) return std::unexpected(std::move(recipient.error()));
    push.recipient = *std::move(recipient);
    const auto from = given.value("FROM");
    if (!from) return std::unexpected(refusal(400, "FROM <publisher> is missing"));
    auto publisher = parse_publisher(*from);
    if (!publisher) return std::unexpected(std::move(publisher.error()));
    push.publisher = publisher->text();
    push.id = given.value("ID").value_or("");
    if (given.value("ID") && !armor::is_uuid(push.id))
        return std::unexpected(refusal(400, "ID is a UUID in lower case"));
    auto token = read_token(given);
    if (!token) return std::unexpected(std::move(token.error()));
    push.token = *std::move(token);
    auto ttl = read_ttl(given);
    if (!ttl) return std::unexpected(std::move(ttl.error()));
    push.ttl = *ttl;
    auto actions = read_actions(given);
    if (!actions) return std::unexpected(std::move(actions.error()));
    push.actions = *std::move(actions);
    if (given.has("+IMPORTANT")) push.importance = Importance::high;
    if (auto done = check_entry(core, push, *publisher); !done)
        return std::unexpected(std::move(done.error()));
    return push;
}

void reply_pushed(SessionCore& core, const SlotPtr& slot, const Pushed& pushed) {
    core.reply(*slot, pushed.code, pushed.id + " " + std::string(code_spec(pushed.code).text));
}

std::string source_line(const PushSource& source) {
    const std::string name = as_token(source.name);
    const std::string time = armor::time_text(source.since);
    if (source.standing)
        return name + (*source.standing == PushStanding::approved ? " approved" : " blocked") +
               " since=" + time;
    return name + " waiting pushes=" + std::to_string(source.waiting) + " newest=" + time +
           (source.text ? " text=" + as_quoted(*source.text) : "");
}

void judge_source(SessionCore& core, const SlotPtr& slot, const Command& command, PushDecision decision,
                  int code, std::string_view word) {
    const auto source = parse_publisher(command.arguments.text(0));
    if (!source) return core.refuse(*slot, source.error());
    const std::string name = source->text();
    const std::string told = as_token(name) + " " + std::string(word);
    core.ask<Done>(slot, JudgePushSource{core.account, name, decision},
                   [code, told](SessionCore& c, const SlotPtr& s, Done) { c.reply(*s, code, told); });
}

}  // namespace

void push_to(SessionCore& core, const SlotPtr& slot, const Command& command) {
    Lane& lane = core.lane(command.pipeline);
    if (lane.delivery) return core.refuse(*slot, refusal(405, "A delivery is open: DONE or ABORT first"));
    auto push = read_push(core, command.arguments);
    if (!push) return core.refuse(*slot, push.error());
    // One after the other, so that a stranger's octets in memory are those of one push.
    if (push->entry == PushEntry::stranger && !command.pipeline.empty())
        return core.refuse(*slot, refusal(400, "Without a login PUSH TO may not stand behind AS"));
    lane.delivery = std::make_shared<Delivery>();
    lane.delivery->purpose = DeliveryPurpose::push;
    lane.delivery->most_bytes = std::min(kMaxPushBytes, core.most_body_bytes(nullptr));
    lane.delivery->push = *std::move(push);
    lane.delivery->submit.delivery = ++core.last_delivery;
    core.reply(*slot, 270, code_spec(270).text);
}

std::optional<Error> incomplete_push(const Delivery& delivery) {
    const auto& parts = delivery.submit.parts;
    if (parts.size() == 1 && !is_metadata_type(parts.front().type)) return std::nullopt;
    return refusal(400, "A push has one part, its content");
}

void send_push(SessionCore& core, const SlotPtr& slot, const Delivery& delivery) {
    PushMessage push = delivery.push;
    const SubmittedPart& part = delivery.submit.parts.front();
    push.delivery = delivery.submit.delivery;
    push.part = part.number;
    push.part_name = part.id;
    push.part_type = part.type;
    core.ask<Pushed>(slot, std::move(push), reply_pushed);
}

void push_answer(SessionCore& core, const SlotPtr& slot, const Command& command) {
    AnswerPush answer{core.account, command.arguments.text(0), command.arguments.text(1)};
    if (!armor::is_uuid(answer.uuid))
        return core.refuse(*slot, refusal(400, "A push is named by its UUID in /PUSH"));
    core.ask<Pushed>(slot, std::move(answer), reply_pushed);
}

void push_mint(SessionCore& core, const SlotPtr& slot, const Command& command) {
    const Arguments& given = command.arguments;
    MintToken mint{core.account, {}, 1, {}};
    if (const auto name = given.value("FOR")) {
        auto publisher = parse_publisher(*name);
        if (!publisher) return core.refuse(*slot, publisher.error());
        mint.publisher = publisher->text();
    }
    const auto uses = read_number(given, "USES", 1, kMaxTokenUses);
    if (!uses) return core.refuse(*slot, uses.error());
    mint.uses = static_cast<std::uint32_t>(*uses);
    const auto ttl = read_ttl(given);
    if (!ttl) return core.refuse(*slot, ttl.error());
    mint.ttl = *ttl;
    const std::string rest = mint.publisher.empty() ? "" : " for=" + as_token(mint.publisher);
    core.ask<MintedToken>(slot, std::move(mint),
                          [rest, uses = *uses](SessionCore& c, const SlotPtr& s, const MintedToken& minted) {
                              c.reply(*s, 201,
                                      "token=" + minted.token + " uses=" + std::to_string(uses) +
                                          " expires=" + armor::time_text(minted.expires) + rest);
                          });
}

void push_list(SessionCore& core, const SlotPtr& slot, const Command&) {
    core.ask<PushSourceList>(slot, ListPushSources{core.account},
                             [](SessionCore& c, const SlotPtr& s, const PushSourceList& sources) {
                                 for (const PushSource& source : sources)
                                     c.reply_more(*s, 200, source_line(source));
                                 c.reply(*s, 200, "n=" + std::to_string(sources.size()));
                             });
}

void push_approve(SessionCore& core, const SlotPtr& slot, const Command& command) {
    judge_source(core, slot, command, PushDecision::approve, 200, "approved");
}

void push_block(SessionCore& core, const SlotPtr& slot, const Command& command) {
    judge_source(core, slot, command, PushDecision::block, 200, "blocked");
}

void push_forget(SessionCore& core, const SlotPtr& slot, const Command& command) {
    judge_source(core, slot, command, PushDecision::forget, 244, "forgotten");
}

}  // namespace immp::bridge
