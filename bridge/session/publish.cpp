// PUBLISH (docs/protocol.md, 19).
#include "armor/names.hpp"
#include "bridge/mail/feed_word.hpp"
#include "bridge/session/handlers.hpp"
#include "bridge/wire/node_name.hpp"

namespace immp::bridge {
namespace {

Result<CreateNode> read_creation(const SessionCore& core, const Arguments& given) {
    auto node = parse_node(given.text(0), core.domain());
    if (!node) return std::unexpected(std::move(node.error()));
    CreateNode create{core.account, *std::move(node), std::string(given.value("TITLE").value_or("")),
                      std::string(given.value("DESCRIPTION").value_or("")), !given.has("-OPEN")};
    if (create.title.size() > kMaxTitleBytes)
        return std::unexpected(
            refusal(413, "A title has at most " + std::to_string(kMaxTitleBytes) + " octets"));
    if (create.description.size() > kMaxDescriptionBytes)
        return std::unexpected(
            refusal(413, "A description has at most " + std::to_string(kMaxDescriptionBytes) + " octets"));
    return create;
}

std::string node_line(const NodeLine& node) {
    return as_token(node.name) + " title=" + as_quoted(node.title) +
           " open=" + (node.is_open ? "yes" : "no") + " items=" + std::to_string(node.items) +
           " domains=" + std::to_string(node.domains) + " waiting=" + std::to_string(node.waiting);
}

void reply_nodes(SessionCore& core, const SlotPtr& slot, const NodeList& list) {
    for (const NodeLine& node : list.nodes)
        core.reply_more(*slot, 262, node_line(node));
    for (const PersonLine& person : list.people)
        core.reply_more(*slot, 262,
                        as_token(person.imid) + " " + std::string(node_admission_text(person.state)));
    core.reply(*slot, 262, "n=" + std::to_string(list.nodes.size() + list.people.size()));
}

void decide(SessionCore& core, const SlotPtr& slot, const Arguments& given, NodeAdmission decision) {
    auto node = parse_node(given.text(0), core.domain());
    if (!node) return core.refuse(*slot, node.error());
    auto person = parse_imid(given.text(1));
    if (!person) return core.refuse(*slot, person.error());
    if (person->local.empty() || person->text() != person->account())
        return core.refuse(*slot, refusal(400, "An account is local@domain"));
    core.ask<Done>(slot, DecidePerson{core.account, *std::move(node), *std::move(person), decision},
                   [decision](SessionCore& c, const SlotPtr& s, Done) {
                       c.reply(*s, 200, decision == NodeAdmission::admitted ? "Admitted" : "Refused");
                   });
}

}  // namespace

void publish_create(SessionCore& core, const SlotPtr& slot, const Command& command) {
    auto create = read_creation(core, command.arguments);
    if (!create) return core.refuse(*slot, create.error());
    const std::string name = as_token(create->node.text());
    core.ask<Done>(slot, *std::move(create),
                   [name](SessionCore& c, const SlotPtr& s, Done) { c.reply(*s, 261, name); });
}

void publish_to(SessionCore& core, const SlotPtr& slot, const Command& command) {
    Lane& lane = core.lane(command.pipeline);
    if (lane.delivery) return core.refuse(*slot, refusal(405, "A delivery is open: DONE or ABORT first"));
    const Arguments& given = command.arguments;
    auto node = parse_node(given.text(0), core.domain());
    if (!node) return core.refuse(*slot, node.error());
    if (given.value("ID") && !armor::is_uuid(*given.value("ID")))
        return core.refuse(*slot, refusal(400, "ID is a UUID in lower case"));
    auto delivery = std::make_shared<Delivery>();
    delivery->purpose = DeliveryPurpose::item;
    delivery->node = *std::move(node);
    delivery->most_bytes = std::min(kMaxItemBytes, core.most_body_bytes(nullptr));
    delivery->submit.account = core.account;
    delivery->submit.id = given.value("ID").value_or("");
    delivery->submit.subject = given.value("SUBJECT").value_or("");
    delivery->submit.delivery = ++core.last_delivery;
    lane.delivery = std::move(delivery);
    core.reply(*slot, 270, code_spec(270).text);
}

std::optional<Error> incomplete_item(const Delivery& delivery) {
    if (delivery.submit.parts.size() == 1) return std::nullopt;
    return refusal(400, "An item is one part");
}

void publish_item(SessionCore& core, const SlotPtr& slot, const Delivery& delivery) {
    const Submit& submit = delivery.submit;
    const SubmittedPart& part = submit.parts.front();
    core.ask<PublishedItem>(slot,
                            PublishItem{submit.delivery, submit.account, delivery.node, submit.id,
                                        submit.subject, part.id, part.type, part.number},
                            [](SessionCore& c, const SlotPtr& s, const PublishedItem& item) {
                                c.reply(*s, 260, item.id + " sequence=" + std::to_string(item.sequence));
                            });
}

void publish_list(SessionCore& core, const SlotPtr& slot, const Command& command) {
    ListNodes list{core.account, std::nullopt};
    if (!command.arguments.positional.empty()) {
        auto node = parse_node(command.arguments.text(0), core.domain());
        if (!node) return core.refuse(*slot, node.error());
        list.node = *std::move(node);
    }
    core.ask<NodeList>(slot, std::move(list), reply_nodes);
}

void publish_admit(SessionCore& core, const SlotPtr& slot, const Command& command) {
    decide(core, slot, command.arguments, NodeAdmission::admitted);
}

void publish_refuse(SessionCore& core, const SlotPtr& slot, const Command& command) {
    decide(core, slot, command.arguments, NodeAdmission::refused);
}

void publish_drop(SessionCore& core, const SlotPtr& slot, const Command& command) {
    auto node = parse_node(command.arguments.text(0), core.domain());
    if (!node) return core.refuse(*slot, node.error());
    core.ask<Done>(slot, DropNode{core.account, *std::move(node)},
                   [](SessionCore& c, const SlotPtr& s, Done) { c.reply(*s, 244, code_spec(244).text); });
}

}  // namespace immp::bridge
