#include "bridge/client/push_order.hpp"

#include <utility>

#include "bridge/client/display.hpp"
#include "bridge/client/outgoing.hpp"
#include "bridge/client/typed_node.hpp"
#include "bridge/mail/push_action.hpp"
#include "bridge/mail/push_token.hpp"
#include "bridge/wire/imid.hpp"
#include "bridge/wire/reply.hpp"

namespace immp::bridge::client {

namespace {

Outcome<std::string> read_recipient(const std::string& typed) {
    const auto imid = parse_imid(typed);
    if (!imid || imid->local.empty() || !imid->folder.empty() || !imid->message.empty())
        return failed(ExitStatus::bad_input,
                      "\"" + one_line(typed) + "\" is no address to push to; write user@domain");
    return imid->text();
}

Outcome<std::vector<PushAction>> read_actions(const std::vector<std::string>& typed) {
    std::vector<PushAction> actions;
    for (const std::string& each : typed) {
        const std::size_t equals = each.find('=');
        if (equals == each.npos)
            return failed(ExitStatus::usage,
                          "\"" + one_line(each) + "\" is no action; write --action LABEL=URI");
        PushAction action{each.substr(0, equals), each.substr(equals + 1)};
        if (const auto sound = check_action(action); !sound)
            return failed(ExitStatus::bad_input, "the action \"" + one_line(each) +
                                                     "\" cannot be sent: " + one_line(sound.error().text));
        actions.push_back(std::move(action));
    }
    if (actions.size() > kMaxPushActions)
        return failed(ExitStatus::bad_input, "a push has at most five actions");
    return actions;
}

}  // namespace

Outcome<PushOrder> read_push_order(Context& context, const Arguments& arguments, const std::string& account) {
    PushOrder order;
    auto to = read_recipient(arguments.text("to"));
    if (!to) return std::unexpected(to.error());
    order.to = *std::move(to);
    auto from = typed_publisher(arguments.has("--from") ? arguments.text("--from") : account);
    if (!from) return std::unexpected(from.error());
    order.from = *std::move(from);
    order.token = arguments.text("--token");
    if (!order.token.empty() && !is_push_token(order.token))
        return failed(ExitStatus::bad_input, "that is no token; immp mint makes one, of 43 characters");
    order.ttl = arguments.text("--ttl");
    order.important = arguments.has("--important");
    auto actions = read_actions(arguments.values("--action"));
    if (!actions) return std::unexpected(actions.error());
    order.actions = *std::move(actions);
    auto id = new_id(arguments.text("--id"));
    if (!id) return std::unexpected(id.error());
    order.id = *std::move(id);
    auto content = typed_content(context, arguments, kMaxPushBytes);
    if (!content) return std::unexpected(content.error());
    order.content = *std::move(content);
    return order;
}

Outcome<Pushed> submit_push(Conversation& conversation, const PushOrder& order) {
    std::string command =
        "PUSH TO " + as_token(order.to) + " FROM " + as_token(order.from) + " ID " + order.id;
    if (!order.token.empty()) command += " TOKEN " + order.token;
    if (!order.ttl.empty()) command += " TTL " + order.ttl;
    for (const PushAction& action : order.actions)
        command += " ACTION " + as_quoted(action.label) + " " + as_token(action.uri);
    if (order.important) command += " +IMPORTANT";
    if (auto sent = conversation.send(command); !sent) return std::unexpected(sent.error());
    if (auto taken = conversation.expect(270); !taken) return std::unexpected(taken.error());
    if (auto sent = send_content(conversation, order.content.type, order.content.octets); !sent)
        return std::unexpected(sent.error());
    if (auto sent = conversation.send("DONE"); !sent) return std::unexpected(sent.error());
    const auto reply = conversation.expect_one_of({265, 266, 409});
    if (!reply) return std::unexpected(reply.error());
    // 409 with our own id: an earlier try had come through (decisions, 5).
    if (reply->code == 409 && !reply->text.starts_with(order.id))
        return std::unexpected(refusal_failure(reply->error()));
    return reply->code == 409 ? Pushed::before : reply->code == 266 ? Pushed::delivered : Pushed::taken;
}

}  // namespace immp::bridge::client
