#include "bridge/node/searching.hpp"

#include <algorithm>

#include "bridge/mail/searched_text.hpp"
#include "bridge/node/place.hpp"
#include "bridge/node/reading.hpp"

namespace immp::bridge {
namespace {

/// One step: what the writer does for it holds up others by some 10 ms.
constexpr std::uint32_t kStepMessages = 200;
constexpr std::size_t kStepBytes = 512 * 1024;
/// Steps that one search waits for: 20,000 messages. In daily life there is one or none.
constexpr unsigned kStepsOfSearch = 100;

Result<MessageText> text_of(Transaction& transaction, const Message& message) {
    MessageText text{message.envelope.subject, searched_names(message.envelope), ""};
    for (const Part& part : message.parts) {
        const std::size_t room = kSearchedBytes - std::min(kSearchedBytes, text.body.size());
        if (!is_searched(part) || room == 0) continue;
        auto octets = transaction.bodies().read(part.body, 0, room);
        if (!octets) return std::unexpected(std::move(octets.error()));
        text.body += searched_text(part, std::move(*octets)) + " ";
    }
    return text;
}

void gather_steps(Store& store, unsigned left, std::move_only_function<void(Result<Done>)> done) {
    if (left == 0)
        return done(fail_for_now(705, "The words of older mail are still being gathered; search again later",
                                 std::chrono::seconds(30)));
    store.write<std::uint64_t>([](Transaction& transaction) { return gather_words(transaction); },
                               [&store, left, done = std::move(done)](Result<std::uint64_t> count) mutable {
                                   if (!count) return done(std::unexpected(std::move(count.error())));
                                   if (*count == 0) return done(Done{});
                                   gather_steps(store, left - 1, std::move(done));
                               });
}

}  // namespace

Result<std::uint64_t> gather_words(Transaction& transaction) {
    const auto missing = transaction.texts().missing(kStepMessages);
    if (!missing) return std::unexpected(missing.error());
    std::size_t octets = 0;
    std::uint64_t count = 0;
    for (const MessageId id : *missing) {
        const auto message = transaction.mailboxes().message(id);
        if (!message) return std::unexpected(message.error());
        if (!*message) return fail(702, "Storage failed", "a message is gone within its transaction");
        const auto text = text_of(transaction, **message);
        if (!text) return std::unexpected(text.error());
        if (auto added = transaction.texts().add(id, *text); !added) return std::unexpected(added.error());
        ++count;
        octets += text->body.size();
        if (octets >= kStepBytes) break;
    }
    return count;
}

void gather_all_words(Store& store, std::move_only_function<void(Result<Done>)> done) {
    gather_steps(store, kStepsOfSearch, std::move(done));
}

Result<MailboxStatus> check_words(Transaction& transaction, const CheckMailbox& request) {
    const auto top = site_of(transaction, request.account, request.owner, request.path, Right::read);
    if (!top) return std::unexpected(top.error());
    auto folders = meant_folders(transaction, *top, request);
    if (!folders) return std::unexpected(std::move(folders.error()));
    // What a member has read is known folder by folder only.
    if (top->reach.member)
        return status_of(transaction, top->reach, std::move(*folders), request.selector);
    const auto counts = transaction.texts().count(top->reach.owner, request.selector.words);
    if (!counts) return std::unexpected(counts.error());
    MailboxStatus status;
    for (const Folder& folder : *folders) {
        const auto counted = std::ranges::find(*counts, folder.id, &Folder::id);
        const bool has_some = counted != counts->end();
        status.push_back({folder.path, has_some ? counted->unread : 0, has_some ? counted->total : 0});
    }
    return status;
}

}  // namespace immp::bridge
