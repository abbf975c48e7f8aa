#include "bridge/node/reading.hpp"

#include <algorithm>

#include "bridge/mail/message_json.hpp"
#include "bridge/mail/message_mime.hpp"
#include "bridge/node/place.hpp"

namespace immp::bridge {
namespace {

IndexEntry entry_of(Reference&& reference, const std::string& path) {
    IndexEntry entry{std::move(reference.uuid),
                     std::move(reference.from),
                     std::move(reference.to),
                     std::move(reference.subject),
                     reference.date,
                     reference.length,
                     flags_of(reference),
                     path};
    return entry;
}

Result<Segments> render(const Message& message, const FetchMessage& request, std::string& type) {
    switch (request.form) {
        case FetchForm::json: return message_json(message, request.uuid, JsonStyle::compact);
        case FetchForm::json_pretty: return message_json(message, request.uuid, JsonStyle::pretty);
        case FetchForm::mime: return message_mime(message, request.uuid);
        case FetchForm::part: break;
    }
    const auto part = std::ranges::find(message.parts, request.part, &Part::id);
    if (part == message.parts.end()) return fail(404, "No such part");
    type = part->type;
    return Segments{BodySegment{part->body, part->length, BodyEncoding::raw}};
}

}  // namespace

std::vector<std::string> flags_of(const Reference& reference) {
    std::vector<std::string> flags;
    if (reference.read) flags.emplace_back("read");
    if (reference.flagged) flags.emplace_back("flagged");
    if (reference.important) flags.emplace_back("important");
    return flags;
}

Result<std::vector<Folder>> meant_folders(Transaction& transaction, const CheckMailbox& request) {
    auto top = folder_of(transaction, request.account, request.path);
    if (!top) return std::unexpected(std::move(top.error()));
    if (!request.recursive) return std::vector{std::move(*top)};
    auto account = account_of(transaction, request.account);
    if (!account) return std::unexpected(std::move(account.error()));
    auto folders = transaction.mailboxes().folders(*account);
    if (!folders) return folders;
    std::erase_if(*folders, [&](const Folder& folder) {
        return folder.path != top->path && !folder.path.starts_with(top->path + "/");
    });
    return folders;
}

Result<MailboxStatus> check_mailbox(Transaction& transaction, const CheckMailbox& request) {
    auto folders = meant_folders(transaction, request);
    if (!folders) return std::unexpected(std::move(folders.error()));
    MailboxStatus status;
    for (Folder& folder : *folders) {
        if (request.selector.kind != SelectorKind::all) {
            auto counted = transaction.mailboxes().count(folder.id, request.selector);
            if (!counted) return std::unexpected(std::move(counted.error()));
            folder.unread = counted->unread;
            folder.total = counted->total;
        }
        status.push_back({std::move(folder.path), folder.unread, folder.total});
    }
    return status;
}

Result<IndexPage> index_mailbox(Transaction& transaction, const IndexMailbox& request) {
    auto folder = folder_of(transaction, request.account, request.path);
    if (!folder) return std::unexpected(std::move(folder.error()));
    auto page = transaction.mailboxes().index(folder->id, request.selector, request.limit, request.after);
    if (!page) return std::unexpected(std::move(page.error()));
    IndexPage answer;
    for (Reference& reference : page->references) {
        answer.entries.push_back(entry_of(std::move(reference), folder->path));
    }
    answer.next = std::move(page->next);
    return answer;
}

Result<FoundMessage> find_message(Transaction& transaction, const FetchMessage& request) {
    auto folder = folder_of(transaction, request.account, request.path);
    if (!folder) return std::unexpected(std::move(folder.error()));
    auto reference = transaction.mailboxes().find(folder->id, request.uuid);
    if (!reference) return std::unexpected(std::move(reference.error()));
    if (!*reference) return fail(404, "No such message");
    auto message = transaction.mailboxes().message((*reference)->message);
    if (!message) return std::unexpected(std::move(message.error()));
    if (!*message) return fail(702, "Storage failed", "a reference without its message");
    FoundMessage found;
    auto segments = render(**message, request, found.type);
    if (!segments) return std::unexpected(std::move(segments.error()));
    found.segments = std::move(*segments);
    found.folder = folder->id;
    found.was_read = (*reference)->read;
    return found;
}

}  // namespace immp::bridge
