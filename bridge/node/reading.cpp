#include "bridge/node/reading.hpp"

#include <algorithm>

#include "bridge/mail/message_json.hpp"
#include "bridge/mail/message_mime.hpp"

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

Result<Segments> render(const Message& message, const FetchMessage& request, std::uint32_t repeats,
                        std::string& type) {
    switch (request.form) {
        case FetchForm::json: return message_json(message, request.uuid, JsonStyle::compact, repeats);
        case FetchForm::json_pretty: return message_json(message, request.uuid, JsonStyle::pretty, repeats);
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

Result<std::vector<Folder>> meant_folders(Transaction& transaction, const Site& top,
                                          const CheckMailbox& request) {
    if (!request.recursive) return std::vector{top.folder};
    auto folders = transaction.mailboxes().folders(top.reach.owner);
    if (!folders) return folders;
    std::erase_if(*folders, [&](const Folder& folder) {
        return folder.path != top.folder.path && !folder.path.starts_with(top.folder.path + "/");
    });
    return folders;
}

Result<MailboxStatus> status_of(Transaction& transaction, const Reach& reach, std::vector<Folder> folders,
                                const Selector& selector) {
    MailboxStatus status;
    for (Folder& folder : folders) {
        if (reach.member || selector.kind != SelectorKind::all) {
            auto counted = transaction.mailboxes().count({folder.id, reach.member}, selector);
            if (!counted) return std::unexpected(std::move(counted.error()));
            folder.unread = counted->unread;
            folder.total = counted->total;
        }
        status.push_back({reach.shown + folder.path, folder.unread, folder.total});
    }
    return status;
}

Result<MailboxStatus> check_mailbox(Transaction& transaction, const CheckMailbox& request) {
    const auto top = site_of(transaction, request.account, request.owner, request.path, Right::read);
    if (!top) return std::unexpected(top.error());
    auto folders = meant_folders(transaction, *top, request);
    if (!folders) return std::unexpected(std::move(folders.error()));
    return status_of(transaction, top->reach, std::move(*folders), request.selector);
}

Result<IndexPage> index_mailbox(Transaction& transaction, const IndexMailbox& request) {
    const auto site = site_of(transaction, request.account, request.owner, request.path, Right::read);
    if (!site) return std::unexpected(site.error());
    auto page = transaction.mailboxes().index(site->view(), request.selector, request.limit, request.after);
    if (!page) return std::unexpected(std::move(page.error()));
    IndexPage answer;
    for (Reference& reference : page->references) {
        answer.entries.push_back(entry_of(std::move(reference), site->path()));
    }
    answer.next = std::move(page->next);
    return answer;
}

Result<FoundMessage> find_message(Transaction& transaction, const FetchMessage& request) {
    const auto site = site_of(transaction, request.account, request.owner, request.path,
                              request.remove ? Right::write : Right::read);
    if (!site) return std::unexpected(site.error());
    auto reference = transaction.mailboxes().find(site->view(), request.uuid);
    if (!reference) return std::unexpected(std::move(reference.error()));
    if (!*reference) return fail(404, "No such message");
    auto message = transaction.mailboxes().message((*reference)->message);
    if (!message) return std::unexpected(std::move(message.error()));
    if (!*message) return fail(702, "Storage failed", "a reference without its message");
    auto sender = transaction.shares().sender(site->reach.owner, (*reference)->message);
    if (!sender) return std::unexpected(std::move(sender.error()));
    (*message)->envelope.sender = std::move(*sender).value_or("");
    const auto note = transaction.pushes().note(site->reach.owner, (*reference)->message);
    if (!note) return std::unexpected(note.error());
    FoundMessage found;
    auto segments = render(**message, request, note->value_or(PushNote()).repeats, found.type);
    if (!segments) return std::unexpected(std::move(segments.error()));
    found.segments = std::move(*segments);
    found.view = site->view();
    found.was_read = (*reference)->read;
    return found;
}

}  // namespace immp::bridge
