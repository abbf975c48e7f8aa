#include "bridge/node/push_book.hpp"

#include <algorithm>

#include "armor/names.hpp"
#include "bridge/mail/push_token.hpp"
#include "bridge/node/place.hpp"
#include "bridge/node/push_drop.hpp"
#include "bridge/node/push_folder.hpp"
#include "bridge/wire/codes.hpp"

namespace immp::bridge {
namespace {

/// Of a waiting push's text, in PUSH LIST.
constexpr std::size_t kShownChars = 100;
constexpr std::size_t kMostCharBytes = 4;

/// The first characters, on one line; nothing where it is no UTF-8.
std::optional<std::string> beginning_of(std::string octets) {
    std::size_t chars = 0;
    std::size_t end = 0;
    const auto begins_char = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
    for (; end < octets.size(); ++end)
        if (begins_char(octets[end]) && ++chars > kShownChars) break;
    octets.resize(end);
    if (!armor::is_utf8(octets)) return std::nullopt;
    std::ranges::replace_if(octets, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    return octets;
}

Result<std::optional<std::string>> text_of(Transaction& transaction, MessageId number) {
    const auto message = transaction.mailboxes().message(number);
    if (!message) return std::unexpected(message.error());
    if (!*message) return std::nullopt;
    const auto& parts = (*message)->parts;
    const auto content = std::ranges::find(parts, PartClass::content, &Part::part_class);
    if (content == parts.end() || !content->type.starts_with("text/")) return std::nullopt;
    auto octets = transaction.bodies().read(content->body, 0, (kShownChars + 1) * kMostCharBytes);
    if (!octets) return std::unexpected(std::move(octets.error()));
    return beginning_of(*std::move(octets));
}

/// What waits goes to /PUSH, but for what is over.
Result<void> let_in(Transaction& transaction, AccountId account, const std::string& source,
                    const DropContext& context) {
    const auto waiting = transaction.pushes().waiting(account, source);
    if (!waiting) return std::unexpected(waiting.error());
    for (const WaitingPush& push : *waiting) {
        if (push.until <= context.now) continue;
        const auto message = transaction.mailboxes().message(push.message);
        if (!message) return std::unexpected(message.error());
        if (!*message) return fail(702, "Storage failed", "a waiting push without its message");
        const auto filed = file_push(transaction, context, account, **message, source, push.message);
        if (!filed) return std::unexpected(filed.error());
        if (!*filed) return std::unexpected(refusal(441, "Your mailbox has no room for what waits"));
        // Before the next one takes its place: it could not go while it waits.
        if (auto ended = transaction.pushes().end_waiting(push.message); !ended) return ended;
    }
    return {};
}

Result<Done> forget_push_source(Transaction& transaction, AccountId account, const std::string& source) {
    const auto waiting = transaction.pushes().waiting(account, source);
    if (!waiting) return std::unexpected(waiting.error());
    const auto stood = transaction.pushes().end_standing(account, source);
    if (!stood) return std::unexpected(stood.error());
    if (!*stood && waiting->empty())
        return fail(404,
                    "It is neither approved nor blocked, and nothing of it waits: PUSH LIST shows what is");
    if (auto done = transaction.pushes().end_waiting(account, source); !done)
        return std::unexpected(std::move(done.error()));
    return Done{};
}

}  // namespace

Result<MintedToken> mint_token(Transaction& transaction, const MintToken& request, Time now) {
    const auto account = account_of(transaction, request.account);
    if (!account) return std::unexpected(account.error());
    MintedToken minted{make_push_token(), now + request.ttl};
    auto kept = transaction.pushes().add_token(
        *account, {push_token_hash(minted.token), request.publisher, request.uses, minted.expires}, now);
    if (!kept) return std::unexpected(std::move(kept.error()));
    if (auto folder = push_folder(transaction, *account); !folder)
        return std::unexpected(std::move(folder.error()));
    return minted;
}

Result<PushSourceList> list_push_sources(Transaction& transaction, const ListPushSources& request) {
    const auto account = account_of(transaction, request.account);
    if (!account) return std::unexpected(account.error());
    auto found = transaction.pushes().sources(*account);
    if (!found) return std::unexpected(std::move(found.error()));
    PushSourceList list;
    for (Pushes::Source& each : *found) {
        if (!each.source.standing) {
            auto text = text_of(transaction, each.newest);
            if (!text) return std::unexpected(std::move(text.error()));
            each.source.text = *std::move(text);
        }
        list.push_back(std::move(each.source));
    }
    return list;
}

Result<Done> judge_push_source(Transaction& transaction, const JudgePushSource& request,
                               const DropContext& context) {
    const auto account = account_of(transaction, request.account);
    if (!account) return std::unexpected(account.error());
    if (request.decision == PushDecision::forget)
        return forget_push_source(transaction, *account, request.source);
    const bool is_approved = request.decision == PushDecision::approve;
    auto done = transaction.pushes().set_standing(
        *account, request.source, is_approved ? PushStanding::approved : PushStanding::blocked, context.now);
    if (done && is_approved) {
        if (auto folder = push_folder(transaction, *account); !folder)
            return std::unexpected(std::move(folder.error()));
        done = let_in(transaction, *account, request.source, context);
    }
    if (done) done = transaction.pushes().end_waiting(*account, request.source);
    if (!done) return std::unexpected(std::move(done.error()));
    return Done{};
}

}  // namespace immp::bridge
