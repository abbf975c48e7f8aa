// immp subscribe NODE, immp subscriptions, immp unsubscribe UUID|NODE
#include <ostream>

#include "armor/json_line.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/mailbox.hpp"
#include "bridge/client/question.hpp"
#include "bridge/client/typed_node.hpp"
#include "bridge/wire/json_value.hpp"
#include "bridge/wire/reply.hpp"

namespace immp::bridge::client {

namespace {

constexpr std::string_view kBeforeTitle = "Subscribed to: ";
constexpr std::size_t kNodeCharacters = 36;

constexpr Remedy kSubscriptionRemedies[] = {
    {404, "immp subscriptions lists what there is"},
    {413, "immp subscriptions lists them, immp unsubscribe ends one"},
};

/// `Subscribed to: <title> id=<uuid>`: what the title says is its publisher's, blanks and `=` too.
std::string title_of(const Reply& reply) {
    const std::size_t begin = reply.text.starts_with(kBeforeTitle) ? kBeforeTitle.size() : 0;
    const std::size_t end = reply.text.rfind(" id=");
    if (end == std::string::npos || end < begin) return {};
    const std::string token = reply.text.substr(begin, end - begin);
    const auto words = words_of(Reply{{}, reply.code, false, token});
    return words.size() == 1 ? words.front() : token;
}

/// Of a 409: `<uuid>`, or `... id=<uuid>`.
std::string id_of(const Reply& reply) {
    const auto words = words_of(reply);
    return reply.field("id").value_or(words.empty() ? "" : words.front());
}

/// A refusal that is the end of the wish, or only of the waiting for it.
Failure not_yet_or_never(const Reply& reply, const std::string& node) {
    Failure failure = refusal_failure(reply.error());
    // Its own words say whose turn it is: a domain that does not answer may be one that was mistyped.
    if (reply.code == 480 && failure.status == ExitStatus::temporary)
        failure.text = server_says(reply.error()) + "; immp subscriptions shows when it is granted";
    if (reply.code == 409)
        failure.text = "you are subscribed to " + one_line(node) + " already, as " + one_line(id_of(reply));
    return failure;
}

Outcome<Reply> ask_to_subscribe(Context& context, const std::string& node) {
    auto conversation = enter(context);
    if (!conversation) return std::unexpected(conversation.error());
    if (auto sent = conversation->send("SUBSCRIBE TO " + as_token(node)); !sent)
        return std::unexpected(sent.error());
    auto reply = conversation->expect_one_of({380, 280, 409, 480});
    if (reply && reply->code == 380) reply = conversation->expect_one_of({280, 409, 480});
    if (!reply) return std::unexpected(mended(reply.error(), kSubscriptionRemedies));
    if (reply->refuses()) return std::unexpected(not_yet_or_never(*reply, node));
    return reply;
}

void show_subscription(const Context& context, const JsonValue& each) {
    if (context.format == Format::json) {
        armor::JsonWriter json;
        for (const char* key : {"uuid", "node", "imid", "state", "title", "description", "since"})
            json.text(key, each.text(key));
        context.out << json.line() << '\n';
    } else {
        context.out << one_line(each.text("uuid")) << "  " << column(each.text("state"), 7) << "  "
                    << whole_column(each.text("node"), kNodeCharacters) << "  "
                    << one_line(each.text("title")) << '\n';
    }
}

}  // namespace

Done subscribe_to(Context& context, const std::string& node) {
    const auto reply = ask_to_subscribe(context, node);
    if (!reply) return std::unexpected(reply.error());
    const std::string id = reply->field("id").value_or("");
    const std::string title = title_of(*reply);
    if (context.format == Format::json)
        context.out << armor::JsonWriter().text("uuid", id).text("node", node).text("title", title).line()
                    << '\n';
    else
        context.out << "Subscribed to " << one_line(node) << (title.empty() ? "" : ": " + one_line(title))
                    << "\n  " << one_line(id) << '\n';
    return ExitStatus::ok;
}

Done run_subscribe(Context& context, const Arguments& arguments) {
    const auto node = typed_node(arguments.text("node"));
    if (!node) return std::unexpected(node.error());
    return subscribe_to(context, *node);
}

Done run_subscriptions(Context& context, const Arguments&) {
    auto conversation = enter(context);
    if (!conversation) return std::unexpected(conversation.error());
    if (auto sent = conversation->send("SUBSCRIBE LIST +JSON"); !sent) return std::unexpected(sent.error());
    bool is_any = false;
    while (true) {
        const auto reply = conversation->expect_one_of({281, 282});
        if (!reply) return std::unexpected(reply.error());
        if (reply->code == 282) break;
        const auto each = JsonValue::parse(reply->text);
        if (!each)
            return failed(ExitStatus::protocol,
                          "the server's list cannot be understood; update client or server");
        show_subscription(context, *each);
        is_any = true;
    }
    if (!is_any && context.format == Format::text) context.notes << "No subscriptions.\n";
    return ExitStatus::ok;
}

Done run_unsubscribe(Context& context, const Arguments& arguments) {
    const std::string typed = arguments.text("subscription");
    auto what = parse_message_id(typed);
    if (!what) what = typed_node(typed);
    if (!what)
        return failed(ExitStatus::bad_input,
                      "\"" + one_line(typed) + "\" is no subscription; immp subscriptions shows yours");
    const auto answer = ask(context, "UNSUBSCRIBE " + as_token(*what), 283, kSubscriptionRemedies);
    if (!answer) return std::unexpected(answer.error());
    if (context.format == Format::json)
        context.out << armor::JsonWriter().text("done", "unsubscribed").text("subscription", *what).line()
                    << '\n';
    else
        context.out << "Unsubscribed from " << one_line(*what) << ".\n";
    return ExitStatus::ok;
}

}  // namespace immp::bridge::client
