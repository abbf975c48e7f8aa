#include "bridge/node/publishing.hpp"

#include "armor/hex.hpp"
#include "armor/json_line.hpp"
#include "armor/names.hpp"
#include "bridge/mail/feed_word.hpp"
#include "bridge/mail/inner.hpp"
#include "bridge/mail/metadata.hpp"
#include "bridge/node/node_words.hpp"
#include "bridge/node/own_item.hpp"
#include "bridge/node/place.hpp"
#include "bridge/node/publisher.hpp"
#include "bridge/node/queueing.hpp"
#include "bridge/node/repeat.hpp"
#include "bridge/wire/codes.hpp"

namespace immp::bridge {
namespace {

/// As much of the name as a title may have, in whole characters.
std::string title_of(const std::string& name) {
    return std::string(armor::utf8_prefix(name, kMaxTitleBytes));
}

/// What makes a repeated `ID` the same item.
armor::Digest publication_digest(const PublishItem& request, const StagedBody& content) {
    armor::Hasher hasher("IMMP1 publication");
    hasher.add(armor::JsonWriter()
                   .text("node", request.node.text())
                   .text("subject", request.subject)
                   .text("name", request.part_name)
                   .text("type", request.part_type)
                   .line());
    hasher.add(ByteView(content.digest));
    return hasher.digest();
}

Result<Message> compose(Transaction& transaction, const NodeServices& services, const NodeRow& node,
                        const PublishItem& request, const StagedBody& content) {
    const Time now = services.now();
    Message message;
    Envelope& envelope = message.envelope;
    envelope.kind = Kind::item;
    envelope.id = request.id.empty() ? services.uuid() : request.id;
    envelope.from = node.name;
    envelope.to = {node.name};
    envelope.subject = request.subject;
    envelope.date = now;
    envelope.received = {{services.domain, now}};
    envelope.sequence = node.sequence + 1;
    envelope.previous = node.last_digest;
    auto body = content.settle(transaction, now);
    if (!body) return std::unexpected(std::move(body.error()));
    message.parts.push_back(
        {request.part_name, request.part_type, PartClass::content, content.length, *body, content.digest});
    const std::string name = request.part_name == "place" ? "place-2" : "place";
    auto place = make_own_part(transaction, {name, kMetadataType, metadata_json(envelope)},
                               PartClass::attachment, now);
    if (!place) return std::unexpected(std::move(place.error()));
    message.parts.push_back(*std::move(place));
    return message;
}

/// What it takes in a bundle. 413, 415 where no domain would take it.
Result<std::uint64_t> check_travel(const NodeServices& services, const Message& message) {
    // As long as the name of any feed.
    const Imid feed{services.uuid(), {}, std::string(armor::kMaxDomainBytes, 'x'), {}, {}};
    if (auto done = check_texts({message, {}}); !done)
        return fail(415, "Control characters in a name or header", std::move(done.error().detail));
    return travelling_octets(message, feed);
}

NodeLine line_of(const NodeSummary& summary) {
    const NodeRow& node = summary.node;
    return {node.name, node.title, node.is_open, node.sequence, summary.domains, summary.waiting};
}

/// Those of the account, and of the mailboxes in whose names it may write.
Result<NodeList> list_all(Transaction& transaction, const std::string& account) {
    const auto self = account_of(transaction, account);
    if (!self) return std::unexpected(self.error());
    std::vector<AccountId> owners = {*self};
    const auto shares = transaction.shares().held(*self);
    if (!shares) return std::unexpected(shares.error());
    for (const Share& share : *shares) {
        if (!share.path.empty() || !share.rights.has(Right::send)) continue;
        const auto owner = account_of(transaction, share.owner);
        if (!owner) return std::unexpected(owner.error());
        owners.push_back(*owner);
    }
    NodeList list;
    for (const AccountId owner : owners) {
        const auto nodes = transaction.nodes().list(owner);
        if (!nodes) return std::unexpected(nodes.error());
        for (const NodeSummary& node : *nodes)
            list.nodes.push_back(line_of(node));
    }
    return list;
}

}  // namespace

Result<NodeRow> own_node(Transaction& transaction, const NodeServices& services, const std::string& account,
                         const Imid& node) {
    const auto publisher = publisher_of(transaction, services.domain, account, node);
    if (!publisher && publisher.error().code != 403) return std::unexpected(publisher.error());
    auto found = transaction.nodes().find(node.text());
    if (!found) return std::unexpected(std::move(found.error()));
    if (!publisher || !*found || (*found)->account != publisher->mailbox)
        return fail(404, "You have no such node");
    return **std::move(found);
}

Result<Done> create_node(Transaction& transaction, const NodeServices& services, const CreateNode& request) {
    const auto publisher = publisher_of(transaction, services.domain, request.account, request.node);
    if (!publisher) return std::unexpected(publisher.error());
    if (!publisher->seat.empty()) return fail(409, "This is the name of a seat");
    NodeRow node;
    node.name = request.node.text();
    node.account = publisher->mailbox;
    node.title = request.title.empty() ? title_of(node.name) : request.title;
    node.description = request.description;
    node.is_open = request.is_open;
    auto added = transaction.nodes().add(node, services.now());
    if (!added) return std::unexpected(std::move(added.error()));
    return Done{};
}

Result<PublishedItem> publish(Transaction& transaction, const NodeServices& services,
                              const PublishItem& request, const StagedBody& content) {
    const auto account = session_account(transaction, request.account);
    if (!account) return std::unexpected(account.error());
    const auto node = own_node(transaction, services, request.account, request.node);
    if (!node) return std::unexpected(node.error());
    const armor::Digest digest = publication_digest(request, content);
    if (auto done = check_repeat(transaction, *account, request.id, digest); !done)
        return std::unexpected(std::move(done.error()));
    if (const auto pause = services.sender_rate->take(request.account, 1, services.now()))
        return fail_for_now(429, "You published too much; try again later", *pause);
    const auto message = compose(transaction, services, *node, request, content);
    if (!message) return std::unexpected(message.error());
    const auto octets = check_travel(services, *message);
    if (!octets) return std::unexpected(octets.error());
    const auto stored = transaction.mailboxes().add(*message);
    if (!stored) return std::unexpected(stored.error());
    const Envelope& envelope = message->envelope;
    auto done = transaction.nodes().add_item(node->id, envelope.sequence, *stored,
                                             armor::encode_hex(message_digest(*message)));
    if (done) done = transaction.nodes().queue_for_followers(node->id, *stored, *octets, services.now());
    if (done) done = transaction.mailboxes().record_submission(*account, envelope.id, digest, services.now());
    if (!done) return std::unexpected(std::move(done.error()));
    const auto feed = transaction.feeds().of_node(node->name);
    if (!feed) return std::unexpected(feed.error());
    if (*feed) done = transaction.feeds().add_fanout((*feed)->id, *stored);
    if (!done) return std::unexpected(std::move(done.error()));
    services.bell->ring();
    return PublishedItem{envelope.id, envelope.sequence};
}

Result<NodeList> list_nodes(Transaction& transaction, const NodeServices& services,
                            const ListNodes& request) {
    if (!request.node) return list_all(transaction, request.account);
    const auto node = own_node(transaction, services, request.account, *request.node);
    if (!node) return std::unexpected(node.error());
    const auto summary = transaction.nodes().summary(node->id);
    if (!summary) return std::unexpected(summary.error());
    NodeList list;
    if (*summary) list.nodes.push_back(line_of(**summary));
    const auto people = transaction.nodes().people(node->id);
    if (!people) return std::unexpected(people.error());
    for (const NodePerson& person : *people)
        list.people.push_back({person.imid, person.state});
    return list;
}

Result<Done> drop_node(Transaction& transaction, const NodeServices& services, const DropNode& request) {
    const auto node = own_node(transaction, services, request.account, request.node);
    if (!node) return std::unexpected(node.error());
    if (auto done = end_node(transaction, drop_context(services), *node); !done)
        return std::unexpected(std::move(done.error()));
    return Done{};
}

}  // namespace immp::bridge
