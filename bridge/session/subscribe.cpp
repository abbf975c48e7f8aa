// SUBSCRIBE, UNSUBSCRIBE (docs/protocol.md, 19).
#include "armor/json_line.hpp"
#include "armor/names.hpp"
#include "armor/time_text.hpp"
#include "bridge/session/handlers.hpp"
#include "bridge/wire/node_name.hpp"

namespace immp::bridge {
namespace {

std::string subscription_line(const SubscriptionLine& each) {
    return each.uuid + " " + as_token(each.node) + " state=" + each.state +
           " title=" + as_quoted(each.title) + " since=" + armor::time_text(each.since);
}

std::string subscription_json(const SubscriptionLine& each) {
    return armor::JsonWriter()
        .text("uuid", each.uuid)
        .text("node", each.node)
        .text("imid", each.node)
        .text("state", each.state)
        .text("title", each.title)
        .text("description", each.description)
        .text("since", armor::time_text(each.since))
        .line();
}

}  // namespace

void subscribe_to(SessionCore& core, const SlotPtr& slot, const Command& command) {
    auto node = parse_node(command.arguments.text(0), core.domain());
    if (!node) return core.refuse(*slot, node.error());
    core.progress(*slot, 380, code_spec(380).text);
    core.ask<Subscribed>(
        slot, Subscribe{core.account, *std::move(node)},
        [](SessionCore& c, const SlotPtr& s, const Subscribed& subscribed) {
            c.reply(*s, 280, "Subscribed to: " + as_token(subscribed.title) + " id=" + subscribed.uuid);
        });
}

void subscribe_list(SessionCore& core, const SlotPtr& slot, const Command& command) {
    const bool is_json = command.arguments.has("+JSON");
    core.ask<SubscriptionList>(
        slot, ListSubscriptions{core.account},
        [is_json](SessionCore& c, const SlotPtr& s, const SubscriptionList& list) {
            for (const SubscriptionLine& each : list)
                c.reply_more(*s, 281, is_json ? subscription_json(each) : subscription_line(each));
            c.reply(*s, 282, std::to_string(list.size()) + " subscriptions");
        });
}

void unsubscribe(SessionCore& core, const SlotPtr& slot, const Command& command) {
    Unsubscribe request{core.account, {}, {}};
    const std::string& name = command.arguments.text(0);
    if (armor::is_uuid(name)) {
        request.uuid = name;
    } else {
        auto node = parse_node(name, core.domain());
        if (!node) return core.refuse(*slot, node.error());
        request.node = *std::move(node);
    }
    core.ask<Done>(slot, std::move(request),
                   [](SessionCore& c, const SlotPtr& s, Done) { c.reply(*s, 283, code_spec(283).text); });
}

}  // namespace immp::bridge
