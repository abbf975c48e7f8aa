// immp push TO [TEXT...], immp mint.
#include <ostream>
#include <utility>

#include "armor/json_line.hpp"
#include "bridge/client/account_session.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/push_order.hpp"
#include "bridge/client/question.hpp"
#include "bridge/client/retrying.hpp"
#include "bridge/client/typed_node.hpp"
#include "bridge/wire/reply.hpp"

namespace immp::bridge::client {

namespace {

constexpr Remedy kTextRemedies[] = {
    kIdTaken,
    {413, "say less, or send it as mail with immp send"},
};
constexpr Remedy kMintRemedies[] = {{413, "wait until one is used up or expires"}};

/// Nobody logs in: the recipient's own server is asked, which wants a token.
bool is_by_token_alone(const Arguments& arguments) {
    return arguments.has("--no-login") || arguments.has("--server");
}

Outcome<std::string> publisher(const Context& context, const Arguments& arguments) {
    if (!is_by_token_alone(arguments)) {
        const auto account = chosen_account(context);
        if (!account) return std::unexpected(account.error());
        return account->account;
    }
    if (arguments.has("--token") && arguments.has("--from")) return std::string();
    return failed(ExitStatus::usage,
                  "without a login a push needs --token, as its recipient gave it, and --from, who you are");
}

Outcome<Conversation> enter_for_push(Context& context, const Arguments& arguments, const PushOrder& order) {
    if (!is_by_token_alone(arguments)) return enter(context);
    const Entrance entrance{arguments.text("--server"),
                            arguments.has("--tls") ? TlsStart::first_octet : TlsStart::ask,
                            arguments.text("--ca")};
    auto greeted = reach(entrance, order.to, context.patience);
    if (!greeted) return std::unexpected(greeted.error());
    return std::move(greeted->conversation);
}

void report(const Context& context, const PushOrder& order, Pushed pushed) {
    if (context.format == Format::json) {
        armor::JsonWriter json;
        json.text("id", order.id).text("recipient", order.to);
        json.text("state", pushed == Pushed::delivered ? "delivered" : "taken");
        context.out << json.line() << '\n';
    } else if (pushed == Pushed::before) {
        context.out << "The server has " << order.id << " already.\n";
    } else {
        context.out << "Push " << order.id << (pushed == Pushed::delivered ? " delivered.\n" : " taken.\n");
    }
}

}  // namespace

Done run_push(Context& context, const Arguments& arguments) {
    const auto from = publisher(context, arguments);
    if (!from) return std::unexpected(from.error());
    const auto order = read_push_order(context, arguments, *from);
    if (!order) return std::unexpected(order.error());
    const auto pushed = try_again(context, [&]() -> Outcome<Pushed> {
        auto conversation = enter_for_push(context, arguments, *order);
        if (!conversation) return std::unexpected(conversation.error());
        return submit_push(*conversation, *order);
    });
    if (!pushed) {
        Failure failure = mended(pushed.error(), kTextRemedies);
        if (failure.status == ExitStatus::temporary) failure.text += " with --id " + order->id;
        if (failure.code == 401)
            failure.text =
                "the token is wrong, used up or expired; its recipient makes another with immp mint";
        return std::unexpected(failure);
    }
    report(context, *order, *pushed);
    return ExitStatus::ok;
}

Done run_mint(Context& context, const Arguments& arguments) {
    std::string command = "PUSH MINT";
    if (arguments.has("--for")) {
        const auto publisher = typed_publisher(arguments.text("--for"));
        if (!publisher) return std::unexpected(publisher.error());
        command += " FOR " + as_token(*publisher);
    }
    if (arguments.has("--uses")) command += " USES " + arguments.text("--uses");
    if (arguments.has("--ttl")) command += " TTL " + arguments.text("--ttl");
    const auto answer = ask(context, command, 201, kMintRemedies);
    if (!answer) return std::unexpected(answer.error());
    const Reply& reply = answer->back();
    const std::string publisher = field_of(reply, "for");
    const std::string uses = field_of(reply, "uses");
    if (context.format == Format::json) {
        armor::JsonWriter json;
        json.text("token", field_of(reply, "token")).text("uses", uses);
        json.text("expires", field_of(reply, "expires"));
        if (!publisher.empty()) json.text("for", publisher);
        context.out << json.line() << '\n';
    } else {
        context.out << one_line(field_of(reply, "token")) << "  " << one_line(uses)
                    << (uses == "1" ? " use" : " uses") << ", until " << one_line(field_of(reply, "expires"))
                    << (publisher.empty() ? "" : ", for " + one_line(publisher) + " alone") << '\n';
    }
    return ExitStatus::ok;
}

}  // namespace immp::bridge::client
